-- uses: keys, enqueue, settle
-- prefix, most units to look at -> names of the units whose lease lapsed, and of sent ones that nobody claimed in time.
-- A lapsed unit's epoch rises at once, so that its old owner is fenced off even before somebody claims it anew.
local most = tonumber(ARGV[2])
local touched = {}
for _, name in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now_ms(), 'LIMIT', 0, most)) do
  local job, stage, shard = string.match(name, '^([^:]+):([^:]+):(.+)$')
  local unit = key('unit', job, stage, shard)
  local plan = cjson.decode(redis.call('HGET', key('job', job), 'plan'))
  let_go(job, stage, shard)
  redis.call('HINCRBY', unit, 'epoch', 1)
  local faults = redis.call('HINCRBY', unit, 'machine_faults', 1)
  if faults >= plan.machine_attempts then
    set_aside(job, plan, stage, shard, 'its worker died ' .. faults .. ' times')
  else
    redis.call('HSET', unit, 'state', 'queued')
    enqueue(job, stage, shard, now_ms())
    say(job, 'lapsed', stage, shard, redis.call('HGET', unit, 'owner') or '')
  end
  touched[#touched + 1] = name
end
for _, queue in ipairs(redis.call('SMEMBERS', key('queues'))) do
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', key('sent', queue), '-inf', now_ms(), 'LIMIT', 0, most)) do
    -- The message was lost, or waits behind others: hand the unit out again. A second copy is refused by claim.
    local job, stage, shard = string.match(name, '^([^:]+):([^:]+):(.+)$')
    redis.call('ZREM', key('sent', queue), name)
    if redis.call('HGET', key('unit', job, stage, shard), 'state') == 'queued' then
      enqueue(job, stage, shard, now_ms())
      touched[#touched + 1] = name
    end
  end
end
return touched
