-- uses: keys
-- prefix, job, version read, record, state, ended ('1' or '0'), reason -> 1 when the record was still at that version, else 0.
local job = ARGV[2]
if redis.call('HGET', key('job', job), 'version') ~= ARGV[3] then return 0 end
redis.call('HSET', key('job', job), 'record', ARGV[4], 'version', tonumber(ARGV[3]) + 1)
if ARGV[6] == '1' then redis.call('SREM', key('active'), job) else redis.call('SADD', key('active'), job) end
say(job, 'state', ARGV[5], '', ARGV[7])
return 1
