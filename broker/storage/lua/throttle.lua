-- Lets one more try pass, or holds it back: every try counts before it is judged, and puts off the next.
-- KEYS[1] throttle; ARGV: 1 now in ms, 2 how long it is remembered after the last try in ms, 3 what the time to
-- live has on top in ms, 4 how many tries wait for nothing, 5 and on: the wait in ms after each try from the
-- last of those on; the last one stands for all that follow.
-- Answers 0 when the try may pass, else the milliseconds until the next may.
local now = tonumber(ARGV[1])
local held = redis.call('GET', KEYS[1])
local count, open_at = 0, 0
if held and tonumber(string.sub(held, 2, 16)) > now then
  open_at = tonumber(string.sub(held, 17, 31))
  count = tonumber(string.sub(held, 32))
end
if open_at > now then
  return open_at - now
end
count = count + 1
local wait = 0
if count >= tonumber(ARGV[4]) then
  wait = tonumber(ARGV[math.min(5 + count - tonumber(ARGV[4]), #ARGV)])
end
local ends = now + math.max(tonumber(ARGV[2]), wait)
redis.call('SET', KEYS[1], string.format('h%015.0f%015.0f', ends, now + wait) .. count, 'PX',
  ends - now + tonumber(ARGV[3]))
return 0
