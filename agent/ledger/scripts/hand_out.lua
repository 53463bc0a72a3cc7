-- uses: keys
-- prefix, re-arm in ms, units sent per free slot -> {job, stage, shard, queue, ...} to be sent as messages.
-- Jobs take turns by virtual time: each unit handed out moves its job back by 1 / (priority + 1).
local rearm, per_slot = tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
local due = {}
for _, queue in ipairs(redis.call('SMEMBERS', key('queues'))) do
  local slots = 0
  redis.call('ZREMRANGEBYSCORE', key('slots', queue), '-inf', now)
  for _, member in ipairs(redis.call('ZRANGE', key('slots', queue), 0, -1)) do
    slots = slots + tonumber(string.match(member, '|(%d+)$'))
  end
  local free = math.max(0, slots - redis.call('SCARD', key('running', queue)))
  local room = free * per_slot - redis.call('ZCARD', key('sent', queue))
  local turns = key('turns', queue)
  for _, job in ipairs(redis.call('ZRANGE', turns, 0, -1)) do
    -- Stopped and lost jobs, and those with nothing queued, leave the round; enqueue brings them back.
    if stopped(job) or redis.call('HEXISTS', key('job', job), 'record') == 0
      or redis.call('ZCARD', key('queued', queue, job)) == 0 then
      redis.call('ZREM', turns, job)
    end
  end
  while room > 0 do
    local found, idle = false, {}
    for _, job in ipairs(redis.call('ZRANGE', turns, 0, -1)) do
      local first = redis.call('ZRANGEBYSCORE', key('queued', queue, job), '-inf', now, 'LIMIT', 0, 1)[1]
      if not first then
        idle[#idle + 1] = job
      else
        -- Who has nothing due lets its turn pass, and saves none up for itself or for newcomers.
        local turn = redis.call('ZSCORE', turns, job)
        for _, other in ipairs(idle) do redis.call('ZADD', turns, turn, other) end
        local stage, shard = string.match(first, '^([^:]+):(.+)$')
        redis.call('ZREM', key('queued', queue, job), first)
        -- A unit sent again and again waits behind long work, its messages are not lost: back off.
        local sends = redis.call('HINCRBY', key('unit', job, stage, shard), 'sends', 1)
        if sends == 1 then redis.call('HSET', key('unit', job, stage, shard), 'first_sent_ms', string.format('%d', now)) end
        redis.call('ZADD', key('sent', queue), now + rearm * 2 ^ math.min(sends - 1, 6), job .. ':' .. first)
        local priority = cjson.decode(redis.call('HGET', key('job', job), 'record')).spec.priority
        redis.call('ZINCRBY', turns, 1 / (priority + 1), job)
        for _, value in ipairs({ job, stage, shard, queue }) do due[#due + 1] = value end
        room = room - 1
        found = true
        break
      end
    end
    if not found then break end
  end
end
return due
