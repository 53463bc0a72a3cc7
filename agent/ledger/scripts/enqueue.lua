-- uses: keys, units
-- Puts units in the queues of their stages, due at a time; creates a unit once, whoever asks how often.

local function join_round(queue, job)
  local turns = key('turns', queue)
  redis.call('SADD', key('queues'), queue)
  if not redis.call('ZSCORE', turns, job) then
    -- A newcomer starts at the present turn: it neither waits behind the past of others nor jumps their future.
    local first = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')
    redis.call('ZADD', turns, first[2] or 0, job)
  end
end

local function enqueue(job, stage, shard, due)
  redis.call('ZADD', key('queued', job, stage), due, shard)
  join_round(redis.call('HGET', key('stage', job, stage), 'queue'), job)
end

local function requeue(job, stage, shard, unit, due)
  let_go(job, stage, shard)
  move(job, stage, unit, 'queued')
  keep_unit(job, stage, shard, unit)
  enqueue(job, stage, shard, due)
end

local BATCH = 500 -- units a command; Lua cannot pass on more than some thousand arguments

local function create_in_stage(job, stage, wanted, now)
  -- How many were new, and their items.
  local units, items, seen = 0, 0, {}
  for first = 1, #wanted, BATCH do
    local shards, texts, dues = {}, {}, {}
    for i = first, math.min(first + BATCH - 1, #wanted) do shards[#shards + 1] = wanted[i].shard end
    local known = redis.call('HMGET', key('units', job, stage), unpack(shards))
    for i, shard in ipairs(shards) do
      if not known[i] and not seen[shard] then
        local each = wanted[first + i - 1]
        seen[shard], units, items = true, units + 1, items + each.items
        texts[#texts + 1], texts[#texts + 2] = shard, each.text
        dues[#dues + 1], dues[#dues + 2] = now, shard
      end
    end
    if #texts > 0 then
      redis.call('HSET', key('units', job, stage), unpack(texts))
      redis.call('ZADD', key('queued', job, stage), unpack(dues))
    end
  end
  return units, items
end

local function create(job, plan, wanted)
  -- Stage -> list of {shard, text, items}. A unit may create a hundred thousand, in one step.
  local now = now_ms()
  for stage, list in pairs(wanted) do
    local totals, queue = key('stage', job, stage), plan.stages[stage].queue
    local units, items = create_in_stage(job, stage, list, now)
    if units > 0 then
      redis.call('HINCRBY', totals, 'units', units)
      redis.call('HINCRBY', totals, 'queued', units)
      redis.call('HINCRBY', totals, 'items', items)
      redis.call('HSETNX', totals, 'started_ms', now)
      redis.call('HSET', totals, 'queue', queue)
      join_round(queue, job)
    end
  end
end
