"""The database, Redis and the data keys of a deployment, opened and found fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from broker.clock import clock_of
from broker.domain.clock import Clock
from broker.errors import ConfigurationError
from broker.sessions.endings import SessionEndings
from broker.sessions.store import SessionStore
from broker.settings import Environment, Settings
from broker.storage.checks import require_fit_storage
from broker.storage.database import Database
from broker.storage.due_index import DueIndex
from broker.storage.engine import parse_database_url
from broker.storage.key_encryption_key import (
    create_key_file_if_absent,
    key_encryption_key_from_text,
    read_key_encryption_key,
)
from broker.storage.key_ring import KeyRing, open_key_ring
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection, connect_redis, judge_redis_url
from broker.storage.sealing import DataKey
from broker.wiring.faults import collect, gather, named

_SQLITE_FILE = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept, ready for use."""

    database: Database
    redis: RedisConnection
    keys: KeyRing
    records: RecordStore
    clock: Clock

    @property
    def due_index(self) -> DueIndex:
        """What is due when, beside the records."""
        return DueIndex(self.redis, self.keys.records, self.clock)

    def close(self) -> None:
        """Give the connections back."""
        self.redis.close()
        self.database.close()


def open_database(settings: Settings) -> Database:
    """The database, whatever the age of its tables."""
    with named("broker.toml: storage.database_url"):
        return Database(database_url(settings))


def open_stores(settings: Settings) -> Stores:
    """Open everything and refuse what cannot be relied on.

    Raises `ConfigurationError` (tables of another version, an eviction policy that forgets, clocks that
    differ, a wrong key) or `StorageUnavailable`.
    """
    demo = settings.broker.environment is Environment.DEMO
    clock = clock_of(settings)
    database = open_database(settings)
    if demo and not database.is_current():
        database.upgrade()
    database.require_current()
    redis = open_redis(settings)
    moved = settings.broker.clock.offset_file is not None
    require_fit_storage(database, redis, clock=None if moved else clock)
    keys = open_key_ring(database, key_encryption_key(settings), brands=settings.brands, clock=clock)
    return Stores(database, redis, keys, RecordStore(redis, keys.records, clock), clock)


@contextmanager
def opened_stores(settings: Settings) -> Iterator[Stores]:
    """The same as long as the block lasts: for a command, which begins, acts and ends."""
    stores = open_stores(settings)
    try:
        yield stores
    finally:
        stores.close()


def open_redis(settings: Settings) -> RedisConnection:
    """Redis, whatever it is like."""
    with named("broker.toml: storage.redis_url"):
        return connect_redis(settings.broker.storage.redis_url)


def store_faults(settings: Settings) -> Iterator[str]:
    """What is wrong with the stores' addresses and the key-encryption key; nothing is opened or made."""
    storage, keys = settings.broker.storage, settings.broker.keys
    faults: list[str] = []
    collect(faults, "broker.toml: storage.database_url", lambda: parse_database_url(storage.database_url))
    collect(faults, "broker.toml: storage.redis_url", lambda: judge_redis_url(storage.redis_url))
    made_at_start = (
        settings.broker.environment is Environment.DEMO
        and keys.key_encryption_key_file is not None
        and not settings.path(keys.key_encryption_key_file).exists()
    )
    if not made_at_start:
        gather(faults, lambda: key_encryption_key(settings))
    yield from faults


def session_store(stores: Stores) -> SessionStore:
    """The sessions of a deployment."""
    return SessionStore(stores.records, SessionEndings(stores.due_index))


def database_url(settings: Settings) -> str:
    """The configured URL; a relative SQLite file stands from the configuration directory."""
    url = settings.broker.storage.database_url
    if not url.startswith(_SQLITE_FILE):
        return url
    path = settings.path(Path(url.removeprefix(_SQLITE_FILE)))
    path.parent.mkdir(parents=True, exist_ok=True)
    return f"{_SQLITE_FILE}{path}"


def key_encryption_key(settings: Settings) -> DataKey:
    """The key that wraps all others, from file or environment."""
    keys = settings.broker.keys
    if keys.key_encryption_key is not None:
        text = keys.key_encryption_key.get_secret_value()
        return key_encryption_key_from_text(text, where="broker.toml: keys.key_encryption_key")
    if keys.key_encryption_key_file is None:
        raise ConfigurationError(("broker.toml: keys: no key-encryption key is given",))
    path = settings.path(keys.key_encryption_key_file)
    demo = settings.broker.environment is Environment.DEMO
    if demo:
        create_key_file_if_absent(path)
    with named("broker.toml: keys.key_encryption_key_file"):
        return read_key_encryption_key(path, strict=not demo)
