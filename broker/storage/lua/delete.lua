-- Deletes whatever is there: a value, a trace, a counter or an index.
-- KEYS[1] record; ARGV: 1 now in ms.
-- Answers 1 when it was still alive, so that exactly one of several callers ended it.
local alive = 1
if redis.call('TYPE', KEYS[1])['ok'] == 'string'
    and tonumber(redis.call('GETRANGE', KEYS[1], 1, 15)) <= tonumber(ARGV[1]) then
  alive = 0
end
return redis.call('DEL', KEYS[1]) * alive
