"""Whether the stores are fit to build on: asked at start, and by the operator's doctor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from redis import Redis, RedisError, ResponseError

from broker.domain.clock import Clock
from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.database import Database
from broker.storage.redis_connection import RedisConnection

MAX_SKEW = timedelta(seconds=5)
_OLDEST_REDIS = (6, 2)
_KEEPS_EVERYTHING = "noeviction"


def require_fit_storage(database: Database, redis: RedisConnection, *, clock: Clock | None) -> None:
    """Raises `ConfigurationError` with every fault of `database_faults` and `redis_faults`."""
    faults = database_faults(database, clock=clock) + redis_faults(redis, clock=clock)
    if faults:
        raise ConfigurationError(faults)


def database_faults(database: Database, *, clock: Clock | None) -> tuple[str, ...]:
    """What is wrong with the database, one sentence each.

    `clock` is what its time is compared with; None, for a demo whose clock was moved, compares nothing.
    Raises `StorageUnavailable` when it does not answer. `Database.require_current` judges its tables.
    """
    if clock is None:
        return ()
    return _skew_faults("the database", database.now(), clock())


def redis_faults(redis: RedisConnection, *, clock: Clock | None) -> tuple[str, ...]:
    """What is wrong with Redis (each server of a cluster), one sentence each; `clock` as above.

    Raises `StorageUnavailable` when a server does not answer.
    """
    faults: tuple[str, ...] = ()
    for name, server in redis.each_server():
        try:
            faults += _version_faults(name, server) + _eviction_faults(name, server)
            if clock is not None:
                seconds, microseconds = server.time()
                theirs = datetime.fromtimestamp(seconds, UTC) + timedelta(microseconds=microseconds)
                faults += _skew_faults(name, theirs, clock())
        except RedisError as error:
            raise StorageUnavailable(f"{name}: {type(error).__name__}") from error
    return faults


def _skew_faults(name: str, theirs: datetime, ours: datetime) -> tuple[str, ...]:
    skew = theirs - ours
    if abs(skew) <= MAX_SKEW:
        return ()
    direction = "ahead of" if skew > timedelta() else "behind"
    limit = MAX_SKEW.total_seconds()
    return (
        (
            f"the clock of {name} is {abs(skew).total_seconds():.1f} s {direction} ours; "
            f"at most {limit:.0f} s is accepted: see to the time synchronisation (NTP) of both machines"
        ),
    )


def _version_faults(name: str, server: Redis) -> tuple[str, ...]:
    version = str(_info(server, "server").get("redis_version", ""))
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    # A server that hides its version is taken at its word; the scripts will tell.
    if not numbers or numbers >= _OLDEST_REDIS:
        return ()
    return (f"{name} is version {version}; at least 6.2 is needed",)


def _eviction_faults(name: str, server: Redis) -> tuple[str, ...]:
    """A store that drops what it likes forgets which codes and messages were used."""
    policy = _eviction_policy(server)
    if policy == _KEEPS_EVERYTHING:
        return ()
    if policy is None:
        return (f"{name} does not tell its maxmemory-policy: allow our user `config|get` or `info`",)
    return (
        (
            f"{name} has maxmemory-policy {policy}, by which it may forget what was used; "
            f"set maxmemory-policy {_KEEPS_EVERYTHING}"
        ),
    )


def _eviction_policy(server: Redis) -> str | None:
    """CONFIG is often forbidden to applications; INFO says the same."""
    try:
        answer = cast("dict[str, str]", server.config_get("maxmemory-policy"))
    except ResponseError:
        answer = {}
    return answer.get("maxmemory-policy") or _info(server, "memory").get("maxmemory_policy")


def _info(server: Redis, section: str) -> dict[str, Any]:
    try:
        return server.info(section)
    except ResponseError:
        return {}
