-- Counts some more within a window that starts at its first count, if that stays within the limit.
-- KEYS[1] counter; ARGV: 1 now in ms, 2 length of the window in ms, 3 what the time to live has on top in ms,
-- 4 the limit, 5 how many (none: only look).
-- Answers 0 when they were counted, else the milliseconds until the window ends.
local now = tonumber(ARGV[1])
local held = redis.call('GET', KEYS[1])
local ends, count = now + tonumber(ARGV[2]), 0
if held and tonumber(string.sub(held, 2, 16)) > now then
  ends = tonumber(string.sub(held, 2, 16))
  count = tonumber(string.sub(held, 17))
end
if count + tonumber(ARGV[5]) > tonumber(ARGV[4]) then
  return math.max(ends - now, 1)
end
if tonumber(ARGV[5]) == 0 then
  return 0
end
redis.call('SET', KEYS[1], string.format('c%015.0f', ends) .. string.format('%.0f', count + tonumber(ARGV[5])),
  'PX', ends - now + tonumber(ARGV[3]))
return 0
