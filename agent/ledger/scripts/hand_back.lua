-- uses: keys, units, enqueue
-- prefix, job, stage, shard, owner -> 'queued' or 'superseded'. The worker stops; no fault is counted.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = load_unit(job, stage, shard)
if not unit or unit.owner ~= ARGV[5] or unit.state ~= 'running' then return 'superseded' end
requeue(job, stage, shard, unit, now_ms())
return 'queued'
