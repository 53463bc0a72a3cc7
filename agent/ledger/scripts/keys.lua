-- Part of every script: names of keys, the server's clock (the only clock that counts), and what stops a job.
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

local function plan_of(job)
  -- nil for a job that this server does not know, or lost.
  local text = redis.call('HGET', key('job', job), 'plan')
  return text and cjson.decode(text) or nil
end

local function stopped(job)
  local flags = redis.call('HMGET', key('job', job), 'cancelled', 'halted')
  return flags[1] or flags[2]
end
