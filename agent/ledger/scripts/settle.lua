-- uses: keys, units, enqueue
-- A unit is done or set aside: count it and, in the same step, create the joins that are due.

local function halt(job, stage, reason)
  redis.call('HSETNX', key('job', job), 'halted', cjson.encode({ stage = stage, reason = reason }))
  say(job, 'halted', stage, '', reason)
end

local function pending(job, stage)
  local counts = redis.call('HMGET', key('stage', job, stage), 'queued', 'running')
  return tonumber(counts[1] or 0) + tonumber(counts[2] or 0)
end

local function too_many_lost(job, plan, stage)
  -- Judged only when the stage is complete: the first units of a stage say nothing about the share.
  local counts = redis.call('HMGET', key('stage', job, stage), 'aside', 'units')
  local aside, all = tonumber(counts[1] or 0), tonumber(counts[2] or 0)
  if aside == 0 or aside / all <= plan.max_failed_share then return false end
  local reason = load_unit(job, stage, redis.call('ZRANGE', key('aside', job, stage), 0, 0)[1]).error
  halt(job, stage, aside .. ' of ' .. all .. ' units were set aside, more than the job allows; the first: ' .. reason)
  return true
end

local function in_order(shards)
  -- Through a sorted set of equal scores, which compares bytes; '<' would follow the server's locale.
  local scratch = key('scratch')
  for first = 1, #shards, BATCH do
    local members = {}
    for i = first, math.min(first + BATCH - 1, #shards) do
      members[#members + 1], members[#members + 2] = 0, shards[i]
    end
    redis.call('ZADD', scratch, unpack(members))
  end
  local sorted = redis.call('ZRANGE', scratch, 0, -1)
  redis.call('DEL', scratch)
  return sorted
end

local function outputs_of(job, stage)
  -- In the order of the shards, so that a join reads the same whoever finished first.
  local made, shards = {}, {}
  for shard, unit in pairs(all_units(job, stage)) do
    if unit.state == 'done' then
      made[shard] = unit.output
      shards[#shards + 1] = shard
    end
  end
  local outputs = in_order(shards)
  for i, shard in ipairs(outputs) do outputs[i] = made[shard] end
  return outputs
end

local function create_due_joins(job, plan)
  if stopped(job) then return end
  for _, join in ipairs(plan.joins) do
    local due = redis.call('HEXISTS', key('units', job, join.stage), '0') == 0
    for _, source in ipairs(join.waits_for) do due = due and pending(job, source) == 0 end
    if due then
      for _, source in ipairs(join.waits_for) do
        if too_many_lost(job, plan, source) then return end
      end
      local inputs = {}
      for _, source in ipairs(join.collects) do
        for _, output in ipairs(outputs_of(job, source)) do inputs[#inputs + 1] = output end
      end
      local given = #inputs > 0 and '{"inputs":' .. cjson.encode(inputs) .. '}' or ''
      create(job, plan, { [join.stage] = { { shard = '0', text = as_text({ given = given }), items = 0 } } })
    end
  end
end

local function settle(job, plan, stage, shard, unit, outcome)
  let_go(job, stage, shard)
  move(job, stage, unit, outcome)
  if outcome == 'done' then
    -- All that is asked of a finished unit is what it made, and whether a repeated commit is its own.
    unit = { state = 'done', owner = unit.owner, output = unit.output, given = '' }
  else
    redis.call('ZADD', key('aside', job, stage), 0, shard)
  end
  keep_unit(job, stage, shard, unit)
  if pending(job, stage) == 0 then redis.call('HSET', key('stage', job, stage), 'ended_ms', now_ms()) end
  if outcome == 'aside' and plan.stages[stage].required then halt(job, stage, unit.error) end
  create_due_joins(job, plan)
end

local function set_aside(job, plan, stage, shard, unit, reason)
  unit.error = reason
  say(job, 'set_aside', stage, shard, reason)
  settle(job, plan, stage, shard, unit, 'aside')
end
