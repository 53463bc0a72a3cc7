-- uses: keys
-- prefix, group, ticket, ms from taking the turn to sending -> 1, or 0 when the turn had lapsed. The next start counts from the sending.
local limit, ticket, late = key('asked', ARGV[2]), ARGV[3], tonumber(ARGV[4])
if late > 0 and redis.call('HGET', limit, 'by') == ticket then
  redis.call('HINCRBY', limit, 'last', late)
  redis.call('HINCRBY', limit, 'next', late)
  redis.call('HDEL', limit, 'by')
end
return redis.call('ZREM', key('asking', ARGV[2]), ticket)
