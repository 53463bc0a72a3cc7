-- uses: keys, units, enqueue, settle
-- prefix, job -> number of units put back in their queues, or 'unknown'. Finished units stay finished.
local job = ARGV[2]
local plan = plan_of(job)
if not plan then return 'unknown' end
redis.call('HDEL', key('job', job), 'cancelled', 'halted')
redis.call('SADD', key('active'), job)
local count = 0
for stage, facts in pairs(plan.stages) do
  for shard, unit in pairs(all_units(job, stage)) do
    if unit.state == 'aside' then
      move(job, stage, unit, 'queued')
      unit.work_faults, unit.machine_faults, unit.error = 0, 0, ''
      keep_unit(job, stage, shard, unit)
    end
    if unit.state == 'queued' then
      redis.call('ZREM', key('sent', facts.queue), name_of(job, stage, shard))
      enqueue(job, stage, shard, now_ms())
      count = count + 1
    end
  end
  redis.call('DEL', key('aside', job, stage))
end
create_due_joins(job, plan)
say(job, 'resumed', '', '', '')
return count
