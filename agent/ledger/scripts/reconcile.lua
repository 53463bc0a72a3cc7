-- uses: keys, units, enqueue, settle, lapse
-- prefix, most units to look at, grace in s -> names of the units whose lease lapsed, and of sent ones that nobody claimed in time.
local most = tonumber(ARGV[2])
local touched = {}
redis.call('SET', key('reconciled'), string.format('%d', now_ms()))
local grace = tonumber(ARGV[3])
local up_s = grace > 0 and tonumber(string.match(redis.call('INFO', 'server'), 'uptime_in_seconds:(%d+)')) or grace
-- Nobody could beat while the server was away: whoever lives gets the time to say so.
local ended = up_s < grace and {} or redis.call('ZRANGEBYSCORE', key('leases'), '-inf', now_ms(), 'LIMIT', 0, most)
for _, name in ipairs(ended) do
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
