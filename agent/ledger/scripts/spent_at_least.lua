-- uses: keys
-- prefix, job, tokens, millionths of a dollar: as much is spent, or more where more is known.
local spent = key('spent', ARGV[2])
for i, what in ipairs({ 'tokens', 'usd_micros' }) do
  if tonumber(redis.call('HGET', spent, what) or 0) < tonumber(ARGV[i + 2]) then redis.call('HSET', spent, what, ARGV[i + 2]) end
end
