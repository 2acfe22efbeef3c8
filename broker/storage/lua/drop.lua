-- Compare and delete: deletes a record when the live value there still has the expected version.
-- KEYS[1] record; ARGV: 1 now in ms, 2 expected version (16 hex digits).
-- Answers 1 when deleted, 0 when changed, spent, expired or gone.
local head = redis.call('GETRANGE', KEYS[1], 0, 31)
if string.sub(head, 1, 1) ~= 'v'
    or tonumber(string.sub(head, 2, 16)) <= tonumber(ARGV[1])
    or string.sub(head, 17, 32) ~= ARGV[2] then
  return 0
end
return redis.call('DEL', KEYS[1])
