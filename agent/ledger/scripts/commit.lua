-- uses: keys, units, enqueue, settle
-- prefix, job, stage, shard, owner, output path, tallies JSON {field: n}, successors JSON {stage: [{shard, text, items}]},
-- items done, verdict
-- -> 'ok' (also for a replay by the same owner) or 'superseded'. Work that ended after a cancel still counts.
local job, stage, shard = ARGV[2], ARGV[3], ARGV[4]
local unit = load_unit(job, stage, shard)
if not unit or unit.owner ~= ARGV[5] then return 'superseded' end
if unit.state == 'done' then return 'ok' end
local plan = plan_of(job)
if unit.state ~= 'running' or not plan then return 'superseded' end
local totals = key('stage', job, stage)
if unit.items == 0 then
  unit.items = tonumber(ARGV[9])
  redis.call('HINCRBY', totals, 'items', unit.items)
end
redis.call('HINCRBY', totals, 'items_done', unit.items)
for field, count in pairs(cjson.decode(ARGV[7])) do
  redis.call('HINCRBY', key('tally', job, stage), field, count)
end
create(job, plan, cjson.decode(ARGV[8]))
if ARGV[10] ~= '' then redis.call('HSET', key('job', job), 'verdict', ARGV[10]) end
say(job, 'committed', stage, shard, '')
unit.output = ARGV[6]
settle(job, plan, stage, shard, unit, 'done')
return 'ok'
