-- uses: keys, enqueue
-- A unit is done or set aside: take it from the pending set and, in the same step, create the joins that are due.

local function halt(job, stage, reason)
  redis.call('HSETNX', key('job', job), 'halted', cjson.encode({ stage = stage, reason = reason }))
  say(job, 'halted', stage, '', reason)
end

local function too_many_lost(job, plan, stage)
  -- Judged only when the stage is complete: the first units of a stage say nothing about the share.
  local aside = redis.call('ZCARD', key('aside', job, stage))
  local all = tonumber(redis.call('HGET', key('stage', job, stage), 'units') or '0')
  if aside == 0 or aside / all <= plan.max_failed_share then return false end
  local reason = redis.call('HGET', key('unit', job, stage, redis.call('ZRANGE', key('aside', job, stage), 0, 0)[1]), 'error')
  halt(job, stage, aside .. ' of ' .. all .. ' units were set aside, more than the job allows; the first: ' .. reason)
  return true
end

local function create_due_joins(job, plan)
  if stopped(job) then return end
  for _, join in ipairs(plan.joins) do
    local due = true
    for _, source in ipairs(join.waits_for) do
      if redis.call('SCARD', key('pending', job, source)) > 0 then due = false break end
    end
    if due and redis.call('EXISTS', key('unit', job, join.stage, '0')) == 0 then
      for _, source in ipairs(join.waits_for) do
        if too_many_lost(job, plan, source) then return end
      end
      local inputs = {}
      for _, source in ipairs(join.collects) do
        -- Members of equal score come in lexicographic order, so that a join reads its inputs in the same order always.
        for _, each in ipairs(redis.call('ZRANGE', key('done', job, source), 0, -1)) do
          inputs[#inputs + 1] = redis.call('HGET', key('unit', job, source, each), 'output')
        end
      end
      create(job, plan, join.stage, '0', #inputs > 0 and cjson.encode(inputs) or '[]', '{}', 0)
    end
  end
end

local function settle(job, plan, stage, shard, outcome)
  let_go(job, stage, shard)
  redis.call('SREM', key('pending', job, stage), shard)
  redis.call('ZADD', key(outcome, job, stage), 0, shard)
  if redis.call('SCARD', key('pending', job, stage)) == 0 then
    redis.call('HSET', key('stage', job, stage), 'ended_ms', now_ms())
  end
  if outcome == 'aside' and plan.stages[stage].required then
    halt(job, stage, redis.call('HGET', key('unit', job, stage, shard), 'error'))
  end
  create_due_joins(job, plan)
end

local function set_aside(job, plan, stage, shard, reason)
  redis.call('HSET', key('unit', job, stage, shard), 'state', 'aside', 'error', reason)
  say(job, 'set_aside', stage, shard, reason)
  settle(job, plan, stage, shard, 'aside')
end
