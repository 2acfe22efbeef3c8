-- Gives a member another moment; one that somebody took out meanwhile stays out.
-- KEYS[1] index; ARGV: 1 due in ms since 1970, 2 the sealed member.
return redis.call('ZADD', KEYS[1], 'XX', 'CH', ARGV[1], ARGV[2])
