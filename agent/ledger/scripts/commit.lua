-- uses: keys, enqueue, settle
-- prefix, job, stage, shard, owner, output path, tallies JSON {field: n}, successors JSON, items done, verdict
-- -> 'ok' (also for a replay by the same owner) or 'superseded'. Work that ended after a cancel still counts.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = key('unit', job, stage, shard)
local fields = redis.call('HMGET', unit, 'owner', 'state', 'items')
if fields[1] ~= ARGV[5] then return 'superseded' end
if fields[2] == 'done' then return 'ok' end
if fields[2] ~= 'running' then return 'superseded' end
local plan = cjson.decode(redis.call('HGET', key('job', job), 'plan'))
local totals = key('stage', job, stage)
local items = tonumber(fields[3])
if items == 0 then
  items = tonumber(ARGV[9])
  redis.call('HINCRBY', totals, 'items', items)
  redis.call('HSET', unit, 'items', items)
end
redis.call('HINCRBY', totals, 'items_done', items)
redis.call('HSET', unit, 'state', 'done', 'output', ARGV[6])
for field, count in pairs(cjson.decode(ARGV[7])) do
  redis.call('HINCRBY', key('tally', job, stage), field, count)
end
for _, next in ipairs(cjson.decode(ARGV[8])) do
  create(job, plan, next.stage, next.shard, next.inputs, next.params, next.items)
end
if ARGV[10] ~= '' then redis.call('HSET', key('job', job), 'verdict', ARGV[10]) end
say(job, 'committed', stage, shard, '')
settle(job, plan, stage, shard, 'done')
return 'ok'
