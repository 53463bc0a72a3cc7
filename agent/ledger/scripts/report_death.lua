-- uses: keys, units, enqueue, settle, lapse
-- prefix, job, stage, shard, process -> 1 when that process held the unit, which is queued again now; else 0.
local job, stage, shard, process = ARGV[2], ARGV[3], ARGV[4], ARGV[5] .. '/'
local unit = load_unit(job, stage, shard)
if not unit or unit.state ~= 'running' or string.sub(unit.owner, 1, #process) ~= process then return 0 end
lapse(job, stage, shard)
return 1
