-- uses: keys
-- prefix, job, ticket, tokens, millionths of a dollar, ms for which a ticket is remembered -> 1: they stand in place of what was held; 0 for a ticket that was charged before.
local spent, held, charged = key('spent', ARGV[2]), key('held', ARGV[2]), key('charged', ARGV[2])
local ticket, now = ARGV[3], now_ms()
local hold = redis.call('HGET', held, ticket)
if not hold and redis.call('ZSCORE', charged, ticket) then return 0 end
-- Nothing is held when the server lost its last entries: the call was made all the same.
local tokens, usd = string.match(hold or '0 0', '(%d+) (%d+)')
redis.call('HINCRBY', spent, 'tokens', string.format('%d', ARGV[4] - tokens))
redis.call('HINCRBY', spent, 'usd_micros', string.format('%d', ARGV[5] - usd))
redis.call('HDEL', held, ticket)
redis.call('ZREMRANGEBYSCORE', charged, '-inf', string.format('%d', now - ARGV[6]))
return redis.call('ZADD', charged, string.format('%d', now), ticket)
