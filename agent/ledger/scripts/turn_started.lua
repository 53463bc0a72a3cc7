-- uses: keys
-- prefix, group, ticket, ms from taking the turn to sending -> 1 for the last turn taken: the next start is spaced from there; else 0.
local limit, late = key('asked', ARGV[2]), tonumber(ARGV[4])
if redis.call('HGET', limit, 'by') ~= ARGV[3] then return 0 end
redis.call('HINCRBY', limit, 'last', late)
redis.call('HINCRBY', limit, 'next', late)
return redis.call('HDEL', limit, 'by')
