-- uses: keys, units, turns
-- prefix, queue -> JSON: units that wait, those of them that are due, messages under way and when the first message of
-- the unit that waits longest went out, units that run, and how many of them each job has.
local queue = ARGV[2]
local now = now_ms()
local waiting, due = 0, 0
for _, job in ipairs(redis.call('ZRANGE', key('turns', queue), 0, -1)) do
  local plan = going(job)
  for _, stage in ipairs(plan and stages_on(queue, plan) or {}) do
    waiting = waiting + redis.call('ZCARD', key('queued', job, stage))
    due = due + redis.call('ZCOUNT', key('queued', job, stage), '-inf', now)
  end
end
local sent = redis.call('ZRANGE', key('sent', queue), 0, -1)
local oldest = now
for _, name in ipairs(sent) do
  local unit = load_unit(named(name))
  if unit and unit.sends > 0 then oldest = math.min(oldest, unit.first_sent_ms) end
end
local running, held = redis.call('SMEMBERS', key('running', queue)), {}
for _, name in ipairs(running) do
  local job = string.match(name, '^[^:]+')
  held[job] = (held[job] or 0) + 1
end
return cjson.encode({
  waiting = waiting, due = due, sent = #sent, oldest = oldest, running = #running, held = held,
})
