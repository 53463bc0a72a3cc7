-- uses: keys, units, turns
-- prefix, re-arm in ms, units sent per free slot -> {job, stage, shard, queue, ...} to be sent as messages.
-- Jobs take turns by virtual time: each unit handed out moves its job back by 1 / (priority + 1).
local rearm, per_slot = tonumber(ARGV[2]), tonumber(ARGV[3])
local now = now_ms()
local due = {}

local function room_of(queue)
  local slots = 0
  redis.call('ZREMRANGEBYSCORE', key('slots', queue), '-inf', now)
  for _, member in ipairs(redis.call('ZRANGE', key('slots', queue), 0, -1)) do
    slots = slots + tonumber(string.match(member, '|(%d+)$'))
  end
  local free = math.max(0, slots - redis.call('SCARD', key('running', queue)))
  return free * per_slot - redis.call('ZCARD', key('sent', queue))
end

local function soonest(job, stages)
  local found
  for _, stage in ipairs(stages) do
    local first = redis.call('ZRANGE', key('queued', job, stage), 0, 0, 'WITHSCORES')
    local at = tonumber(first[2])
    if at and (not found or at < found.at) then found = { stage = stage, shard = first[1], at = at } end
  end
  return found
end

local function send(queue, job, stage, shard)
  redis.call('ZREM', key('queued', job, stage), shard)
  local unit = load_unit(job, stage, shard)
  if not unit then return end
  if unit.sends == 0 then unit.first_sent_ms = now end
  -- A unit sent again and again waits behind long work, its messages are not lost: back off.
  local back_off = 2 ^ math.min(unit.sends, 6)
  unit.sends = unit.sends + 1
  keep_unit(job, stage, shard, unit)
  redis.call('ZADD', key('sent', queue), now + rearm * back_off, name_of(job, stage, shard))
  for _, value in ipairs({ job, stage, shard, queue }) do due[#due + 1] = value end
end

local function round_of(queue)
  -- Stopped and lost jobs, and those with nothing queued, leave the round; enqueue brings them back.
  local round = {}
  local turns = redis.call('ZRANGE', key('turns', queue), 0, -1, 'WITHSCORES')
  for i = 1, #turns, 2 do
    local plan = going(turns[i])
    local stages = plan and stages_on(queue, plan)
    local first = plan and soonest(turns[i], stages)
    if first then
      local step = 1 / (plan.priority + 1)
      round[#round + 1] = { job = turns[i], stages = stages, first = first, turn = tonumber(turns[i + 1]), step = step }
    else
      redis.call('ZREM', key('turns', queue), turns[i])
    end
  end
  return round
end

local function whose_turn(round)
  local next
  for _, each in ipairs(round) do
    each.is_due = each.first and each.first.at <= now
    if each.is_due and (not next or each.turn < next.turn) then next = each end
  end
  for _, each in ipairs(round) do
    -- Who has nothing due lets its turn pass, and saves none up for itself or for newcomers.
    if next and not each.is_due then each.turn = math.max(each.turn, next.turn) end
  end
  return next
end

for _, queue in ipairs(redis.call('SMEMBERS', key('queues'))) do
  local room = room_of(queue)
  local round = room > 0 and round_of(queue) or {}
  while room > 0 do
    local next = whose_turn(round)
    if not next then break end
    send(queue, next.job, next.first.stage, next.first.shard)
    next.turn = next.turn + next.step
    next.first = soonest(next.job, next.stages)
    room = room - 1
  end
  for _, each in ipairs(round) do redis.call('ZADD', key('turns', queue), each.turn, each.job) end
end
return due
