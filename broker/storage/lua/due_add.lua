-- Puts a member into a due index, or gives it another moment, and keeps the index alive as a whole.
-- KEYS[1] index; ARGV: 1 due in ms since 1970, 2 the sealed member, 3 how long the index is kept in ms.
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
