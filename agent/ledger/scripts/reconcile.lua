-- uses: keys, units, enqueue, settle, lapse
-- prefix, most units to look at -> names of the units whose lease lapsed, and of sent ones that nobody claimed in time.
local most = tonumber(ARGV[2])
local touched = {}
redis.call('SET', key('reconciled'), string.format('%d', now_ms()))
for _, name in ipairs(redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now_ms(), 'LIMIT', 0, most)) do
  lapse(named(name))
  touched[#touched + 1] = name
end
for _, queue in ipairs(redis.call('SMEMBERS', key('queues'))) do
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', key('sent', queue), '-inf', now_ms(), 'LIMIT', 0, most)) do
    -- The message was lost, or waits behind others: hand the unit out again. A second copy is refused by claim.
    local job, stage, shard = named(name)
    local unit = load_unit(job, stage, shard)
    redis.call('ZREM', key('sent', queue), name)
    if unit and unit.state == 'queued' then
      enqueue(job, stage, shard, now_ms())
      touched[#touched + 1] = name
    end
  end
end
return touched
