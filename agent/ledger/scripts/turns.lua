-- uses: keys, units
-- What the jobs of a queue have to do there.
local plans = {}

local function going(job)
  -- Its plan, decoded once a call; false for a job that stands still, or that the server lost.
  if plans[job] == nil then
    plans[job] = not stopped(job) and plan_of(job) or false
  end
  return plans[job]
end

local function stages_on(queue, plan)
  local found = {}
  for stage, facts in pairs(plan.stages) do
    if facts.queue == queue then found[#found + 1] = stage end
  end
  return found
end
