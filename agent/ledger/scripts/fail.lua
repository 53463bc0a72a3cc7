-- uses: keys, units, enqueue, settle
-- prefix, job, stage, shard, owner, reason, backoff in ms, final ('1': do not try again), 'work' or 'machine'
-- -> 'queued', 'aside' or 'superseded'. Counts a fault of that kind.
local job, stage, shard, reason = ARGV[2], ARGV[3], ARGV[4], ARGV[6]
local unit, plan = load_unit(job, stage, shard), plan_of(job)
if not unit or not plan or unit.owner ~= ARGV[5] or unit.state ~= 'running' then return 'superseded' end
local faults = ARGV[9] .. '_faults'
unit[faults] = unit[faults] + 1
unit.error = reason
if ARGV[8] == '1' or unit[faults] >= plan[ARGV[9] .. '_attempts'] then
  set_aside(job, plan, stage, shard, unit, reason)
  return 'aside'
end
requeue(job, stage, shard, unit, now_ms() + tonumber(ARGV[7]))
say(job, 'retry', stage, shard, reason)
return 'queued'
