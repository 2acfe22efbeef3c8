-- Reads and deletes a live value in one step. A trace of something spent stays where it is.
-- KEYS[1] record; ARGV: 1 now in ms.
-- Answers the record, or nothing.
local record = redis.call('GET', KEYS[1])
if not record or string.sub(record, 1, 1) ~= 'v' then
  return false
end
redis.call('DEL', KEYS[1])
if tonumber(string.sub(record, 2, 16)) <= tonumber(ARGV[1]) then
  return false
end
return record
