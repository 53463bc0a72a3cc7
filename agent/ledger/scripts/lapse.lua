-- uses: keys, enqueue, settle
-- The owner of a unit is gone: count a machine fault and queue the unit again. Whoever comes back finds it fenced off.

local function lapse(job, stage, shard)
  local unit = key('unit', job, stage, shard)
  local text = redis.call('HGET', key('job', job), 'plan')
  let_go(job, stage, shard)
  -- The server lost the job but not this lease: nothing is left to put back.
  if not text or redis.call('EXISTS', unit) == 0 then return end
  local plan = cjson.decode(text)
  local faults = redis.call('HINCRBY', unit, 'machine_faults', 1)
  if faults >= plan.machine_attempts then
    set_aside(job, plan, stage, shard, 'its worker died ' .. faults .. ' times')
  else
    redis.call('HSET', unit, 'state', 'queued')
    enqueue(job, stage, shard, now_ms())
    say(job, 'lapsed', stage, shard, redis.call('HGET', unit, 'owner') or '')
  end
end
