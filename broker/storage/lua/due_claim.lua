-- Claims one member that is due: whoever gets it has it alone until the claim runs out.
-- KEYS[1] index; ARGV: 1 now in ms, 2 when the claim runs out in ms.
-- Answers the sealed member, or nothing.
local first = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, 1)
if #first == 0 then
  return false
end
redis.call('ZADD', KEYS[1], 'XX', ARGV[2], first[1])
return first[1]
