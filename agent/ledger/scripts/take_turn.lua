-- uses: keys
-- prefix, group, ticket, spacing, most under way, lease, patience with a start, look again (all in ms) -> {'', 0} for a turn taken, else what to wait for and how many ms, as text with their fraction where it counts.
local group, ticket = ARGV[2], ARGV[3]
local spacing, most, lease = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local patience, look = tonumber(ARGV[7]), tonumber(ARGV[8])
local now, limit, under_way = now_ms(), key('asked', group), key('asking', group)
local said = redis.call('HMGET', limit, 'last', 'next', 'rest', 'by')
-- The same ticket asks again when the answer to its first call was lost on the way.
if tonumber(redis.call('ZSCORE', under_way, ticket) or 0) > now then return { '', 0 } end
local rest = tonumber(said[3] or 0)
if rest > now then return { 'rest', rest - now } end
redis.call('ZREMRANGEBYSCORE', under_way, '-inf', now)
if redis.call('ZCARD', under_way) >= most then
  local soonest = redis.call('ZRANGE', under_way, 0, 0, 'WITHSCORES')
  return { 'busy', tonumber(soonest[2]) - now }
end
-- Whoever asks more slowly than the one before keeps to its own spacing, and the other way round.
local free = math.max(tonumber(said[2] or 0), tonumber(said[1] or 0) + spacing)
-- To the microsecond: of the shortest interval that may be asked for half a millisecond is a twentieth.
if free > now then return { 'spacing', string.format('%.3f', free - now - redis.call('TIME')[2] % 1000 / 1000) } end
-- The one before has its turn and has not sent yet: only its start tells when the next may.
if said[4] and tonumber(said[1]) + patience > now and redis.call('ZSCORE', under_way, said[4]) then return { 'spacing', look } end
redis.call('HSET', limit, 'last', string.format('%d', now), 'next', string.format('%d', now + spacing), 'by', ticket)
redis.call('PEXPIRE', limit, spacing + lease + 60000)
redis.call('ZADD', under_way, string.format('%d', now + lease), ticket)
redis.call('PEXPIRE', under_way, math.max(lease, redis.call('PTTL', under_way)))
return { '', 0 }
