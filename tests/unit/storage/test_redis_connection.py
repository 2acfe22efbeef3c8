"""Redis: away is away, a policy that forgets is refused, and who can write to it still cannot forge."""

from __future__ import annotations

from typing import cast

import pytest
from redis import Redis

from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.checks import database_faults, redis_faults, require_fit_storage
from broker.storage.database import Database
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordKey, RecordKind, RecordStore
from broker.storage.redis_connection import RedisConnection, connect_redis
from broker.storage.sealing import SealBroken
from tests.support.moments import MovableClock
from tests.support.servers import running_redis, running_redis_cluster

KEY = RecordKey(RecordKind.SESSION, "cz", "name")
OTHER = RecordKey(RecordKind.SESSION, "cz", "other name")


def _server(connection: RedisConnection) -> Redis:
    ((_, server),) = connection.each_server()
    return server


def _assert_unavailable(store: RecordStore, clock: MovableClock) -> None:
    end = clock.after(seconds=60)
    calls = (
        lambda: store.put(KEY, b"", expires_at=end),
        lambda: store.get(KEY),
        lambda: store.take(KEY),
        lambda: store.set_once(KEY, b"", expires_at=end),
        lambda: store.spend(KEY, trace=b"", keep_trace_until=end),
        lambda: store.replace(KEY, expected_version=1, value=b"", expires_at=end),
        lambda: store.delete(KEY),
        lambda: store.count(KEY, window_seconds=60),
        lambda: store.index_add(KEY, "m", expires_at=end),
        lambda: store.index_members(KEY),
        lambda: store.index_remove(KEY, "m"),
    )
    for call in calls:
        with pytest.raises(StorageUnavailable):
            call()


def test_redis_that_went_away_is_unavailable(record_keys: RecordKeys, clock: MovableClock) -> None:
    """Every method says so when the server is gone (B6-05): nothing is guessed."""
    with running_redis() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        server.stop()
        _assert_unavailable(store, clock)
        with pytest.raises(StorageUnavailable):
            redis_faults(connection, clock=None)
        connection.close()


@pytest.mark.slow
def test_cluster_that_went_away_is_unavailable(record_keys: RecordKeys, clock: MovableClock) -> None:
    """The same for a cluster, and for one that is not there when we start."""
    with running_redis_cluster() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        server.stop()
        _assert_unavailable(store, clock)
        connection.close()
        with pytest.raises(StorageUnavailable):
            connect_redis(server.url)


def test_redis_that_refuses_is_unavailable(record_keys: RecordKeys, clock: MovableClock) -> None:
    """A full server refuses to write, as it must; that is told with Redis's own word and without a value."""
    with running_redis() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        _server(connect_redis(server.url)).config_set("maxmemory", "1")
        with pytest.raises(StorageUnavailable) as refusal:
            store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        connection.close()
    assert refusal.value.detail.startswith("Redis: OutOfMemoryError")


def test_connection_is_found_again_after_a_restart(record_keys: RecordKeys, clock: MovableClock) -> None:
    """A connection that the server closed in the meantime is replaced without an error."""
    with running_redis() as server:
        connection = connect_redis(server.url)
        store = RecordStore(connection, record_keys, clock)
        store.put(KEY, b"value", expires_at=clock.after(seconds=60))
        _server(connect_redis(server.url)).client_kill_filter(_type="normal", skipme=True)
        assert store.get(KEY) == b"value"
        connection.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:6379",
        "http://localhost:6379",
        "redis://:hunter2@localhost:port/0",
        "redis+cluster://user:hunter2@",
        "redis+cluster://:hunter2@localhost:port",
    ],
)
def test_other_redis_urls_are_refused(url: str) -> None:
    """A URL that is none of ours is a fault in the configuration; a password in it is not repeated."""
    with pytest.raises(ConfigurationError, match="the Redis URL must be") as refusal:
        connect_redis(url)
    assert "hunter2" not in str(refusal.value)


def test_fit_redis_has_no_faults(redis_connection: RedisConnection) -> None:
    """A server that keeps everything passes, also without comparing clocks."""
    assert redis_faults(redis_connection, clock=None) == ()


@pytest.mark.parametrize("policy", ["allkeys-lru", "volatile-lru", "volatile-ttl", "allkeys-random"])
def test_redis_that_may_forget_is_refused(policy: str) -> None:
    """Any policy that drops records is refused by name (B6-06)."""
    with running_redis("--maxmemory-policy", policy) as server:
        connection = connect_redis(server.url)
        (fault,) = redis_faults(connection, clock=None)
        connection.close()
    assert f"maxmemory-policy {policy}" in fault
    assert "set maxmemory-policy noeviction" in fault


def test_eviction_policy_is_seen_without_the_right_to_config() -> None:
    """Where CONFIG is forbidden INFO tells; where both are, that is a fault and not a pass."""
    with running_redis("--maxmemory-policy", "allkeys-lru") as server:
        admin = _server(connect_redis(server.url))
        admin.acl_setuser("broker", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-config"])
        admin.acl_setuser(
            "blind", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-config", "-info"]
        )
        faults: list[str] = []
        for user in ("broker", "blind"):
            connection = connect_redis(server.url.replace("unix://", f"unix://{user}:x@"))
            faults += redis_faults(connection, clock=None)
            connection.close()
        admin.close()
    assert "maxmemory-policy allkeys-lru" in faults[0]
    assert "does not tell its maxmemory-policy" in faults[1]


@pytest.mark.parametrize(("seconds", "word"), [(6, "behind"), (-6, "ahead of")])
def test_clock_skew_is_refused(
    redis_connection: RedisConnection, sqlite_database: Database, seconds: int, word: str
) -> None:
    """More than five seconds between our clock and a store's is refused, with which way and how much."""
    ours = MovableClock(sqlite_database.now())
    ours.advance(seconds=seconds)
    with pytest.raises(ConfigurationError) as refusal:
        require_fit_storage(sqlite_database, redis_connection, clock=ours)
    assert len(refusal.value.faults) == 2
    assert all(word in fault for fault in refusal.value.faults)


def test_small_clock_skew_and_a_moved_demo_clock_are_accepted(
    redis_connection: RedisConnection, sqlite_database: Database
) -> None:
    """Four seconds are nothing; a demo whose clock was moved asks not to compare."""
    ours = MovableClock(sqlite_database.now())
    ours.advance(seconds=4)
    require_fit_storage(sqlite_database, redis_connection, clock=ours)
    require_fit_storage(sqlite_database, redis_connection, clock=None)


def test_clock_of_every_database_is_compared(database: Database) -> None:
    """PostgreSQL's clock is looked at too."""
    ours = MovableClock(database.now())
    before = database_faults(database, clock=ours)
    ours.advance(seconds=60)
    assert (before, len(database_faults(database, clock=ours))) == ((), 1)


def test_record_cannot_be_given_another_name_life_or_version(
    record_store: RecordStore, redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> None:
    """Whoever can write to Redis can destroy records, but not swap, prolong or renumber them."""
    record_store.put(KEY, b"value", expires_at=clock.after(seconds=60))
    server, place = _server(redis_connection), KEY.render(record_keys.names)
    record = cast("bytes", server.get(place))
    longer = record[:1] + b"9" + record[2:]
    renumbered = record[:16] + bytes(reversed(record[16:32])) + record[32:]
    as_trace = b"t" + record[1:]
    for name, forged in ((OTHER, record), (KEY, longer), (KEY, renumbered), (KEY, as_trace)):
        server.set(name.render(record_keys.names), forged)
        with pytest.raises(SealBroken):
            record_store.spend(name, trace=b"", keep_trace_until=clock.after(seconds=60))


def test_member_of_an_index_cannot_be_moved(
    record_store: RecordStore, redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> None:
    """A session of one account cannot be planted in the index of another."""
    record_store.index_add(KEY, "member", expires_at=clock.after(seconds=60))
    server = _server(redis_connection)
    members = cast("dict[bytes, bytes]", server.hgetall(KEY.render(record_keys.names)))
    server.hset(OTHER.render(record_keys.names), mapping=members)  # type: ignore[arg-type] # bytes are accepted
    with pytest.raises(SealBroken):
        record_store.index_members(OTHER)
