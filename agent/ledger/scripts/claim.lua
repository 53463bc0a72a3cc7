-- uses: keys
-- prefix, job, stage, shard, owner, lease in ms -> {'ok', epoch, inputs, params} or {why not}.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = key('unit', job, stage, shard)
local name = job .. ':' .. stage .. ':' .. shard
local state = redis.call('HGET', unit, 'state')
if not state then return { 'unknown' } end
if state == 'done' or state == 'aside' then return { 'done' } end
local queue = redis.call('HGET', unit, 'queue')
local expiry = redis.call('ZSCORE', key('leases'), name)
if expiry and tonumber(expiry) > now_ms() then
  local held = redis.call('HMGET', unit, 'owner', 'epoch', 'inputs', 'params')
  -- The same owner asks again when the answer to its first call was lost on the way.
  if held[1] == ARGV[5] then return { 'ok', tonumber(held[2]), held[3], held[4] } end
  return { 'held' }
end
redis.call('ZREM', key('sent', queue), name)
if stopped(job) then return { 'stopped' } end
if expiry then
  -- Lapsed, and reconcile has not come by yet: let it count the fault.
  return { 'lapsed' }
end
local epoch = redis.call('HINCRBY', unit, 'epoch', 1)
redis.call('HSET', unit, 'state', 'running', 'owner', ARGV[5], 'sends', 0)
redis.call('SADD', key('running', queue), name)
hold(job, stage, shard, tonumber(ARGV[6]))
redis.call('ZREM', key('queued', queue, job), stage .. ':' .. shard)
say(job, 'started', stage, shard, ARGV[5])
return { 'ok', epoch, redis.call('HGET', unit, 'inputs'), redis.call('HGET', unit, 'params') }
