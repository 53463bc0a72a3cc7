-- uses: keys, enqueue, settle
-- prefix, job, stage, shard, owner, reason, backoff in ms, final ('1': do not try again), 'work' or 'machine'
-- -> 'queued', 'aside' or 'superseded'. Counts a fault of that kind.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = key('unit', job, stage, shard)
local fields = redis.call('HMGET', unit, 'owner', 'state')
if fields[1] ~= ARGV[5] or fields[2] ~= 'running' then return 'superseded' end
local plan = cjson.decode(redis.call('HGET', key('job', job), 'plan'))
local attempts = redis.call('HINCRBY', unit, ARGV[9] .. '_faults', 1)
redis.call('HSET', unit, 'error', ARGV[6])
if ARGV[8] == '1' or attempts >= plan[ARGV[9] .. '_attempts'] then
  set_aside(job, plan, stage, shard, ARGV[6])
  return 'aside'
end
let_go(job, stage, shard)
redis.call('HSET', unit, 'state', 'queued')
enqueue(job, stage, shard, now_ms() + tonumber(ARGV[7]))
say(job, 'retry', stage, shard, ARGV[6])
return 'queued'
