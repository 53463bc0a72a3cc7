-- uses: keys
-- prefix, job, stage, shard, owner, lease in ms, progress JSON -> 'ok', 'superseded' or 'stopped'.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local name = job .. ':' .. stage .. ':' .. shard
if redis.call('HGET', key('unit', job, stage, shard), 'owner') ~= ARGV[5] then return 'superseded' end
if not redis.call('ZSCORE', key('leases'), name) then return 'superseded' end
hold(job, stage, shard, tonumber(ARGV[6]), ARGV[7])
if stopped(job) then return 'stopped' end
return 'ok'
