-- Part of every script: names of keys, and the server's clock (the only clock that counts).
local PREFIX = ARGV[1]

local function key(...)
  return PREFIX .. table.concat({ ... }, ':')
end

local function now_ms()
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end

local function say(job, kind, stage, shard, text)
  -- The stream is for watchers; the hashes are the truth. Trimmed, so that a long job cannot fill the server.
  redis.call('XADD', key('events', job), 'MAXLEN', '~', 5000, '*',
    'kind', kind, 'stage', stage, 'shard', shard, 'text', text)
end

local function hold(job, stage, shard, lease, progress)
  -- Watchers read when the owner spoke last, until when it holds the unit and, from its first beat on, how far it is.
  local at = now_ms()
  redis.call('ZADD', key('leases'), at + lease, job .. ':' .. stage .. ':' .. shard)
  redis.call('HSET', key('live', job), stage .. ':' .. shard,
    string.format('{"at":%d,"until":%d%s}', at, at + lease, progress and ',"progress":' .. progress or ''))
end

local function let_go(job, stage, shard)
  -- Nobody holds this unit any more.
  local name = job .. ':' .. stage .. ':' .. shard
  redis.call('ZREM', key('leases'), name)
  redis.call('HDEL', key('live', job), stage .. ':' .. shard)
  local queue = redis.call('HGET', key('unit', job, stage, shard), 'queue')
  -- The server may have lost the unit and kept the rest.
  for _, each in ipairs(queue and { queue } or redis.call('SMEMBERS', key('queues'))) do
    redis.call('SREM', key('running', each), name)
  end
end

local function stopped(job)
  return redis.call('HEXISTS', key('job', job), 'cancelled') == 1
    or redis.call('HEXISTS', key('job', job), 'halted') == 1
end
