-- uses: keys
-- prefix, job -> 'ok' or 'unknown'. Running units learn of it at their next beat.
if redis.call('EXISTS', key('job', ARGV[2])) == 0 then return 'unknown' end
redis.call('HSET', key('job', ARGV[2]), 'cancelled', 1)
say(ARGV[2], 'cancel', '', '', '')
return 'ok'
