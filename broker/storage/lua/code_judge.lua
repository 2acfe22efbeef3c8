-- Judges one guess: it is counted first, then compared, so that however many come at once no more than a few count.
-- KEYS[1] what is kept of an attempt and purpose (a hash); ARGV: 1 now in ms since 1970, 2 until when all this is kept,
-- 3 how long Redis keeps it in ms, 4 most guesses, 5 keyed digest of what was typed, or nothing: then it only counts.
-- Answers -1 when the guesses are used up, 100 when it is right (and then the code is gone), 200 and the guesses
-- left when there is no code that could be right, else the guesses left.
-- The digests are keyed, so that the time of the comparison tells nothing about a code.
local now, most = tonumber(ARGV[1]), tonumber(ARGV[4])
local ends = redis.call('HGET', KEYS[1], 'ends')
if ends and tonumber(ends) <= now then
  redis.call('DEL', KEYS[1])
  ends = false
end
if not ends then
  redis.call('HSET', KEYS[1], 'ends', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
local judged = redis.call('HINCRBY', KEYS[1], 'judged', 1)
if judged > most then
  return -1
end
if ARGV[5] == '' then
  return most - judged
end
local code, expires = unpack(redis.call('HMGET', KEYS[1], 'code', 'expires'))
if not code or tonumber(expires) <= now then
  return 200 + most - judged
end
if code ~= ARGV[5] then
  return most - judged
end
redis.call('HDEL', KEYS[1], 'code', 'expires')
return 100
