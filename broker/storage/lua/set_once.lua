-- Stores a record unless a live one (a value or a trace) is there already.
-- KEYS[1] record; ARGV: 1 now in ms, 2 the record, 3 time to live in ms.
-- Answers 1 to exactly one caller, 0 to the others.
local expires = redis.call('GETRANGE', KEYS[1], 1, 15)
if expires ~= '' and tonumber(expires) > tonumber(ARGV[1]) then
  return 0
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
