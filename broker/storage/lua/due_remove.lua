-- Takes a member out for good.
-- KEYS[1] index; ARGV: 1 the sealed member.
return redis.call('ZREM', KEYS[1], ARGV[1])
