-- Counts one more within a window that starts at its first count.
-- KEYS[1] counter; ARGV: 1 now in ms, 2 length of the window in ms, 3 what the time to live has on top, in ms.
-- Answers the count, this one included.
local held = redis.call('GET', KEYS[1])
if held and tonumber(string.sub(held, 2, 16)) > tonumber(ARGV[1]) then
  local count = tonumber(string.sub(held, 17)) + 1
  redis.call('SET', KEYS[1], string.sub(held, 1, 16) .. count, 'KEEPTTL')
  return count
end
local ends = string.format('%015.0f', tonumber(ARGV[1]) + tonumber(ARGV[2]))
redis.call('SET', KEYS[1], 'c' .. ends .. '1', 'PX', tonumber(ARGV[2]) + tonumber(ARGV[3]))
return 1
