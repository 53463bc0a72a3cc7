-- uses: keys, units, enqueue
-- prefix, job, record, plan, first stage -> the record that counts (an earlier one, if the id is known).
local job = ARGV[2]
local known = redis.call('HGET', key('job', job), 'record')
if known then return known end
local record = cjson.decode(ARGV[3])
local stamped = string.gsub(ARGV[3], '"submitted_at_ms":0', '"submitted_at_ms":' .. string.format('%d', now_ms()), 1)
redis.call('HSET', key('job', job), 'record', stamped, 'plan', ARGV[4], 'version', record.version)
redis.call('ZADD', key('jobs'), now_ms(), job)
redis.call('SADD', key('active'), job)
create(job, cjson.decode(ARGV[4]), { [ARGV[5]] = { { shard = '0', text = '{}', items = 0 } } })
say(job, 'submitted', ARGV[5], '', '')
return stamped
