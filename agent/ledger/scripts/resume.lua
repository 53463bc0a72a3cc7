-- uses: keys, enqueue, settle
-- prefix, job -> number of units put back in their queues, or 'unknown'. Finished units stay finished.
local job = ARGV[2]
local text = redis.call('HGET', key('job', job), 'plan')
if not text then return 'unknown' end
local plan = cjson.decode(text)
redis.call('HDEL', key('job', job), 'cancelled', 'halted')
redis.call('SADD', key('active'), job)
local count = 0
for stage, _ in pairs(plan.stages) do
  for _, shard in ipairs(redis.call('ZRANGE', key('aside', job, stage), 0, -1)) do
    redis.call('SADD', key('pending', job, stage), shard)
    redis.call('HDEL', key('unit', job, stage, shard), 'work_faults', 'machine_faults', 'error')
    redis.call('HSET', key('unit', job, stage, shard), 'state', 'queued')
  end
  redis.call('DEL', key('aside', job, stage))
  for _, shard in ipairs(redis.call('SMEMBERS', key('pending', job, stage))) do
    if redis.call('HGET', key('unit', job, stage, shard), 'state') == 'queued' then
      redis.call('ZREM', key('sent', plan.stages[stage].queue), job .. ':' .. stage .. ':' .. shard)
      enqueue(job, stage, shard, now_ms())
      count = count + 1
    end
  end
end
create_due_joins(job, plan)
say(job, 'resumed', '', '', '')
return count
