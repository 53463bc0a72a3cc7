-- uses: keys
-- prefix, group, ticket -> 1, or 0 when the turn had lapsed. One that never started counts as started when it was granted.
if redis.call('HGET', key('asked', ARGV[2]), 'by') == ARGV[3] then redis.call('HDEL', key('asked', ARGV[2]), 'by') end
return redis.call('ZREM', key('asking', ARGV[2]), ARGV[3])
