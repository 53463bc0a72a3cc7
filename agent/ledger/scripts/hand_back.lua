-- uses: keys, enqueue
-- prefix, job, stage, shard, owner -> 'queued' or 'superseded'. The worker stops; no fault is counted.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = key('unit', job, stage, shard)
local fields = redis.call('HMGET', unit, 'owner', 'state')
if fields[1] ~= ARGV[5] or fields[2] ~= 'running' then return 'superseded' end
let_go(job, stage, shard)
redis.call('HSET', unit, 'state', 'queued')
enqueue(job, stage, shard, now_ms())
return 'queued'
