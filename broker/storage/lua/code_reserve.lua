-- Reserves the sending of one code: one caller at a time may, and no more than a few for one attempt.
-- KEYS[1] what is kept of an attempt and purpose (a hash); ARGV: 1 now, 2 when the next may be sent, 3 until when
-- all this is kept, each in ms since 1970; 4 how long Redis keeps it in ms; 5 most guesses; 6 most sendings.
-- Answers 0 when reserved, -1 when the guesses are used up, -2 when too many were sent, else when to come back.
local now = tonumber(ARGV[1])
local ends = redis.call('HGET', KEYS[1], 'ends')
if ends and tonumber(ends) <= now then
  redis.call('DEL', KEYS[1])
  ends = false
end
local judged, sent, again = unpack(redis.call('HMGET', KEYS[1], 'judged', 'sent', 'again'))
if judged and tonumber(judged) >= tonumber(ARGV[5]) then
  return -1
end
if again and tonumber(again) > now then
  return tonumber(again)
end
if sent and tonumber(sent) >= tonumber(ARGV[6]) then
  return -2
end
if not ends then
  redis.call('HSET', KEYS[1], 'ends', ARGV[3])
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
redis.call('HINCRBY', KEYS[1], 'sent', 1)
redis.call('HSET', KEYS[1], 'again', ARGV[2])
return 0
