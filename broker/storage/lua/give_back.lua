-- Takes some off a counter or a throttle that lives, and never below nothing. What a try put off stays put off.
-- KEYS[1] counter or throttle; ARGV: 1 now in ms, 2 how many.
-- Answers how many there were.
local held = redis.call('GET', KEYS[1])
if not held or tonumber(string.sub(held, 2, 16)) <= tonumber(ARGV[1]) then
  return 0
end
local head = 16
if string.sub(held, 1, 1) == 'h' then
  head = 31
end
local count = tonumber(string.sub(held, head + 1))
local left = math.max(count - tonumber(ARGV[2]), 0)
redis.call('SET', KEYS[1], string.sub(held, 1, head) .. string.format('%.0f', left), 'KEEPTTL')
return count
