-- uses: keys
-- prefix, host, spacing in ms -> ms to wait before asking that host; the slot is taken by asking.
local now = now_ms()
local slot = math.max(now, tonumber(redis.call('GET', key('pace', ARGV[2])) or '0'))
redis.call('SET', key('pace', ARGV[2]), string.format('%d', slot + tonumber(ARGV[3])), 'PX', slot - now + tonumber(ARGV[3]) + 1000)
return slot - now
