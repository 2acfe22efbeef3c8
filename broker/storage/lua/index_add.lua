-- Adds a member to an index, or gives it a new expiry, and drops the members that have expired.
-- KEYS[1] index; ARGV: 1 now in ms, 2 hidden name of the member, 3 the member as a record, 4 time to live in ms.
local held = redis.call('HGETALL', KEYS[1])
for i = 1, #held, 2 do
  if tonumber(string.sub(held[i + 1], 2, 16)) <= tonumber(ARGV[1]) then
    redis.call('HDEL', KEYS[1], held[i])
  end
end
redis.call('HSET', KEYS[1], ARGV[2], ARGV[3])
-- The index lives as long as its longest-living member.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[4]) then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
