-- uses: keys
-- prefix, job, ticket, tokens, millionths of a dollar, the budget of each (0: no limit), lease in ms -> 'granted'; 'busy' when what calls under way may give back would do; else 'spent'; 'unknown' for a job that this server lost.
local job, ticket = ARGV[2], ARGV[3]
local spent, held, now = key('spent', job), key('held', job), now_ms()
if redis.call('EXISTS', key('job', job)) == 0 then return 'unknown' end
-- The same ticket asks again when the answer to its first call was lost on the way.
if redis.call('HEXISTS', held, ticket) == 1 or redis.call('ZSCORE', key('charged', job), ticket) then return 'granted' end
local said = redis.call('HMGET', spent, 'tokens', 'usd_micros')
local function lacking(used, more, budget)
  return tonumber(budget) > 0 and tonumber(used or 0) + tonumber(more) - tonumber(budget) or 0
end
local tokens, usd = lacking(said[1], ARGV[4], ARGV[6]), lacking(said[2], ARGV[5], ARGV[7])
if tokens <= 0 and usd <= 0 then
  redis.call('HINCRBY', spent, 'tokens', ARGV[4])
  redis.call('HINCRBY', spent, 'usd_micros', ARGV[5])
  redis.call('HSET', held, ticket, ARGV[4] .. ' ' .. ARGV[5] .. ' ' .. string.format('%d', now + ARGV[8]))
  return 'granted'
end
-- A call that outlived its lease died with its holder: what it held was perhaps billed, and stays spent.
for _, hold in ipairs(redis.call('HVALS', held)) do
  local its_tokens, its_usd, ends = string.match(hold, '(%d+) (%d+) (%d+)')
  if tonumber(ends) > now then tokens, usd = tokens - its_tokens, usd - its_usd end
end
if tokens <= 0 and usd <= 0 then return 'busy' end
if redis.call('HSETNX', spent, 'refused_ms', string.format('%d', now)) == 1 then say(job, 'budget_spent', '', '', '') end
return 'spent'
