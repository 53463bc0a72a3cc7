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

local function create(job, plan, wanted)
  -- A list of {stage, shard, given, items}. Counted together: a unit may create a hundred thousand.
  local now = now_ms()
  local created = {}
  for _, each in ipairs(wanted) do
    local text = as_text({ items = each.items, given = each.given })
    if redis.call('HSETNX', key('units', job, each.stage), each.shard, text) == 1 then
      redis.call('ZADD', key('queued', job, each.stage), now, each.shard)
      local count = created[each.stage] or { units = 0, items = 0 }
      created[each.stage] = { units = count.units + 1, items = count.items + each.items }
    end
  end
  for stage, count in pairs(created) do
    local totals, queue = key('stage', job, stage), plan.stages[stage].queue
    redis.call('HINCRBY', totals, 'units', count.units)
    redis.call('HINCRBY', totals, 'queued', count.units)
    redis.call('HINCRBY', totals, 'items', count.items)
    redis.call('HSETNX', totals, 'started_ms', now)
    redis.call('HSET', totals, 'queue', queue)
    join_round(queue, job)
  end
end
