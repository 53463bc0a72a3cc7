-- uses: keys, units
-- prefix, job, stage, shard, owner, lease in ms -> {'ok', epoch, what its creator gave it} or {why not}.
local job, stage, shard, owner = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local name = name_of(job, stage, shard)
local unit = load_unit(job, stage, shard)
local queue = redis.call('HGET', key('stage', job, stage), 'queue')
if not unit or not queue or redis.call('EXISTS', key('job', job)) == 0 then return { 'unknown' } end
if unit.state == 'done' or unit.state == 'aside' then return { 'done' } end
if unit.state == 'running' and tonumber(redis.call('ZSCORE', key('leases'), name) or 0) > now_ms() then
  -- The same owner asks again when the answer to its first call was lost on the way.
  if unit.owner == owner then return { 'ok', unit.epoch, unit.given } end
  return { 'held' }
end
redis.call('ZREM', key('sent', queue), name)
if stopped(job) then return { 'stopped' } end
if unit.state == 'running' then
  -- Lapsed, and reconcile has not come by yet: let it count the fault.
  return { 'lapsed' }
end
move(job, stage, unit, 'running')
unit.epoch, unit.owner, unit.sends, unit.first_sent_ms = unit.epoch + 1, owner, 0, 0
keep_unit(job, stage, shard, unit)
redis.call('ZREM', key('queued', job, stage), shard)
redis.call('SADD', key('running', queue), name)
hold(job, stage, shard, owner, tonumber(ARGV[6]))
say(job, 'started', stage, shard, owner)
return { 'ok', unit.epoch, unit.given }
