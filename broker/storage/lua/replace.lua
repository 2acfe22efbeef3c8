-- Compare and set: stores a record when the live value there still has the expected version.
-- KEYS[1] record; ARGV: 1 now in ms, 2 expected version (16 hex digits), 3 the record, 4 time to live in ms.
-- Answers 1 when stored, 0 when changed, spent, expired or gone.
local head = redis.call('GETRANGE', KEYS[1], 0, 31)
if string.sub(head, 1, 1) ~= 'v'
    or tonumber(string.sub(head, 2, 16)) <= tonumber(ARGV[1])
    or string.sub(head, 17, 32) ~= ARGV[2] then
  return 0
end
redis.call('SET', KEYS[1], ARGV[3], 'PX', ARGV[4])
return 1
