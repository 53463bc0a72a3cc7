-- uses: keys, units
-- prefix, job, stage, shard, owner, lease in ms, progress JSON -> 'ok', 'superseded' or 'stopped'.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = load_unit(job, stage, shard)
if not unit or unit.owner ~= ARGV[5] or unit.state ~= 'running' then return 'superseded' end
hold(job, stage, shard, unit.owner, tonumber(ARGV[6]), ARGV[7])
if stopped(job) then return 'stopped' end
return 'ok'
