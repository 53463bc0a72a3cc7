-- uses: keys
-- Puts a unit in its queue, due at a time; creates a unit once, whoever asks how often.

local function enqueue(job, stage, shard, due)
  local queue = redis.call('HGET', key('unit', job, stage, shard), 'queue')
  local turns = key('turns', queue)
  redis.call('SADD', key('queues'), queue)
  redis.call('ZADD', key('queued', queue, job), due, stage .. ':' .. shard)
  if not redis.call('ZSCORE', turns, job) then
    -- A newcomer starts at the present turn: it neither waits behind the past of others nor jumps their future.
    local first = redis.call('ZRANGE', turns, 0, 0, 'WITHSCORES')
    redis.call('ZADD', turns, first[2] or 0, job)
  end
end

local function create(job, plan, stage, shard, inputs, params, items)
  local unit = key('unit', job, stage, shard)
  if redis.call('EXISTS', unit) == 1 then return end
  redis.call('HSET', unit, 'state', 'queued', 'epoch', 0, 'queue', plan.stages[stage].queue,
    'inputs', inputs, 'params', params, 'items', items)
  redis.call('SADD', key('pending', job, stage), shard)
  local totals = key('stage', job, stage)
  redis.call('HINCRBY', totals, 'units', 1)
  redis.call('HINCRBY', totals, 'items', items)
  redis.call('HSETNX', totals, 'started_ms', now_ms())
  enqueue(job, stage, shard, now_ms())
end
