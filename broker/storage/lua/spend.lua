-- Turns a live value into the trace of its spending: the first caller gets the value, later ones the trace.
-- KEYS[1] record; ARGV: 1 now in ms, 2 the trace as a record, 3 its time to live in ms.
-- Answers what was there (the caller reads from its first letter which of the two), or nothing.
local record = redis.call('GET', KEYS[1])
if not record or tonumber(string.sub(record, 2, 16)) <= tonumber(ARGV[1]) then
  return false
end
if string.sub(record, 1, 1) == 'v' then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
end
return record
