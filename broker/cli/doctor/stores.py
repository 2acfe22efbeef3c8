"""The database, Redis and the keys."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from broker.cli.doctor.findings import Finding, failure, good, warning
from broker.clock import clock_of
from broker.domain.clock import Clock
from broker.settings import Environment, Settings
from broker.storage.checks import database_faults, redis_faults
from broker.storage.key_ring import count_data_keys, open_key_ring
from broker.storage.signing_keys import SigningKeyRepository, SigningKeyState
from broker.wiring.stores import key_encryption_key, open_database, open_redis

_SQLITE_FILE = "sqlite:///"
_UPGRADE = "run: broker db upgrade"


def check_database(settings: Settings) -> Iterator[Finding]:
    """Reachable, of this version, and of one time with us."""
    if not has_database(settings):
        yield failure("database", f"the database file does not exist yet; {_UPGRADE}")
        return
    with closing(open_database(settings)) as database:
        database.now()
        yield good("database", "answers")
        if database.is_current():
            yield good("tables", "are those of this version")
        else:
            yield failure("tables", f"are not those of this version; {_UPGRADE}")
        clock = _clock(settings)
        yield from (failure("clock", fault) for fault in database_faults(database, clock=clock))
        yield _time("the database", clock)


def check_redis(settings: Settings) -> Iterator[Finding]:
    """Reachable, recent enough, keeps what it is given, and of one time with us."""
    with closing(open_redis(settings)) as redis:
        clock = _clock(settings)
        faults = redis_faults(redis, clock=clock)
        yield from (failure("Redis", fault) for fault in faults)
        if not faults:
            yield good("Redis", "answers and evicts nothing (noeviction)")
            yield _time("Redis", clock)


def check_keys(settings: Settings) -> Iterator[Finding]:
    """The key-encryption key opens what is in the database, and there is a key to sign tokens with."""
    file = settings.broker.keys.key_encryption_key_file
    demo = settings.broker.environment is Environment.DEMO
    if demo and file is not None and not settings.path(file).exists():
        yield warning("keys", "there is no key-encryption key yet; the demo makes one at its first start")
        return
    key = key_encryption_key(settings)
    yield good("keys", "the key-encryption key can be read")
    if not has_database(settings):
        return
    with closing(open_database(settings)) as database:
        if not database.is_current():
            return
        count = count_data_keys(database, key)
        if not count:
            yield warning("keys", "the database holds no data keys yet; the first `broker serve` makes them")
            return
        yield good("keys", f"it opens all {count} data keys of the database")
        ring = open_key_ring(database, key, brands=(), clock=clock_of(settings))
        stored = SigningKeyRepository(database, ring.columns).all()
        active = sorted(found.algorithm for found in stored if found.state is SigningKeyState.ACTIVE)
        if active:
            yield good("token keys", f"active: {', '.join(active)}")
        else:
            yield warning("token keys", "there are none yet; the first `broker serve` makes them")


def has_database(settings: Settings) -> bool:
    """Whether there is a database; looking with SQLite itself would make one."""
    url = settings.broker.storage.database_url
    if not url.startswith(_SQLITE_FILE):
        return True
    return settings.path(Path(url.removeprefix(_SQLITE_FILE))).exists()


def was_started(settings: Settings) -> bool:
    """Whether a server has run on these stores: there are tables, and data keys in them."""
    file = settings.broker.keys.key_encryption_key_file
    if not has_database(settings) or (file is not None and not settings.path(file).exists()):
        return False
    with closing(open_database(settings)) as database:
        return database.is_current() and count_data_keys(database, key_encryption_key(settings)) > 0


def _clock(settings: Settings) -> Clock | None:
    """What other clocks are compared with; None where the demo moves ours."""
    return None if settings.broker.clock.offset_file is not None else clock_of(settings)


def _time(other: str, clock: Clock | None) -> Finding:
    if clock is None:
        return good("clock", f"is not compared with {other}'s, for the demo may move it")
    return good("clock", f"was compared with {other}'s")
