-- Makes a new code the one that is good; the one before it dies. Guesses that were made stay counted.
-- KEYS[1] what is kept of an attempt and purpose (a hash, reserved before); ARGV: 1 keyed digest of the code,
-- 2 when it expires in ms since 1970, 3 id of the message that brings it.
-- Answers the id of the message that brought the code before, 1 when there was none, 0 when nothing was reserved.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return 0
end
local before = redis.call('HGET', KEYS[1], 'message')
redis.call('HSET', KEYS[1], 'code', ARGV[1], 'expires', ARGV[2], 'message', ARGV[3])
return before or 1
