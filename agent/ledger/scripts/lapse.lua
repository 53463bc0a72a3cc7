-- uses: keys, units, enqueue, settle
-- The owner of a unit is gone: count a machine fault and queue the unit again. Whoever comes back finds it fenced off.

local function lapse(job, stage, shard)
  local unit, plan = load_unit(job, stage, shard), plan_of(job)
  if not unit or not plan or unit.state ~= 'running' then
    -- The server lost the job but not this lease: nothing is left to put back.
    let_go(job, stage, shard)
    return
  end
  unit.machine_faults = unit.machine_faults + 1
  if unit.machine_faults >= plan.machine_attempts then
    set_aside(job, plan, stage, shard, unit, 'its worker died ' .. unit.machine_faults .. ' times')
  else
    requeue(job, stage, shard, unit, now_ms())
    say(job, 'lapsed', stage, shard, unit.owner)
  end
end
