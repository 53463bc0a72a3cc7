-- uses: keys
-- prefix, group, ms: nobody asks this group before they are over; a longer rest stays.
local limit, rest = key('asked', ARGV[2]), tonumber(ARGV[3])
local ends = math.max(now_ms() + rest, tonumber(redis.call('HGET', limit, 'rest') or 0))
redis.call('HSET', limit, 'rest', string.format('%d', ends))
return redis.call('PEXPIRE', limit, math.max(redis.call('PTTL', limit), rest + 60000))
