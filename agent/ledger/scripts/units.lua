-- uses: keys
-- A unit lies as text in the hash of its stage: what happened to it as JSON without the fields that are as at first, and
-- on a second line what its creator gave it (inputs and parameters), which no script reads.
local AS_AT_FIRST = {
  state = 'queued', epoch = 0, owner = '', items = 0, sends = 0, first_sent_ms = 0, work_faults = 0, machine_faults = 0,
  error = '', output = '', given = '',
}

local function as_text(unit)
  local kept = {}
  for field, value in pairs(unit) do
    if value ~= AS_AT_FIRST[field] and field ~= 'given' then kept[field] = value end
  end
  return cjson.encode(kept) .. (unit.given ~= '' and '\n' .. unit.given or '')
end

local function from_text(text)
  local cut = string.find(text, '\n', 1, true)
  local unit = cjson.decode(cut and string.sub(text, 1, cut - 1) or text)
  unit.given = cut and string.sub(text, cut + 1) or nil
  return setmetatable(unit, { __index = AS_AT_FIRST })
end

local function load_unit(job, stage, shard)
  -- nil for a unit that nobody created, or that the server lost.
  local text = redis.call('HGET', key('units', job, stage), shard)
  return text and from_text(text) or nil
end

local function keep_unit(job, stage, shard, unit)
  redis.call('HSET', key('units', job, stage), shard, as_text(unit))
end

local function all_units(job, stage)
  -- Shard -> unit.
  local units = {}
  local flat = redis.call('HGETALL', key('units', job, stage))
  for i = 1, #flat, 2 do units[flat[i]] = from_text(flat[i + 1]) end
  return units
end

local function name_of(job, stage, shard)
  return job .. ':' .. stage .. ':' .. shard
end

local function named(name)
  return string.match(name, '^([^:]+):([^:]+):(.+)$')
end

local function move(job, stage, unit, state)
  -- A stage counts its units by state, so that nobody ever has to count them.
  redis.call('HINCRBY', key('stage', job, stage), unit.state, -1)
  redis.call('HINCRBY', key('stage', job, stage), state, 1)
  unit.state = state
end

local function hold(job, stage, shard, owner, lease, progress)
  -- Watchers read who holds it, when it spoke last, until when it holds and, from its first beat on, how far it is.
  local at = now_ms()
  redis.call('ZADD', key('leases'), at + lease, name_of(job, stage, shard))
  redis.call('HSET', key('live', job), stage .. ':' .. shard,
    string.format('{"owner":%s,"at":%d,"until":%d%s}', cjson.encode(owner), at, at + lease,
      progress and ',"progress":' .. progress or ''))
end

local function let_go(job, stage, shard)
  -- Nobody holds this unit any more.
  local name = name_of(job, stage, shard)
  redis.call('ZREM', key('leases'), name)
  redis.call('HDEL', key('live', job), stage .. ':' .. shard)
  local queue = redis.call('HGET', key('stage', job, stage), 'queue')
  -- The server may have lost the job and kept the rest.
  for _, each in ipairs(queue and { queue } or redis.call('SMEMBERS', key('queues'))) do
    redis.call('SREM', key('running', each), name)
  end
end
