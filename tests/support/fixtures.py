"""Fixtures over real stores: Redis alone and as a cluster, SQLite and PostgreSQL.

Servers are started once per test process, on first use; every test finds them empty.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from broker.storage.database import Database
from broker.storage.key_ring import KeyRing, open_key_ring
from broker.storage.keyed_hash import NameKey
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection, connect_redis
from broker.storage.sealing import DataKey, Sealer
from tests.support.moments import MovableClock
from tests.support.servers import (
    PostgresServer,
    RedisServer,
    running_postgres,
    running_redis,
    running_redis_cluster,
)

BRANDS = ("cz", "vgz")

_ALL_DATABASES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
_ALL_REDIS = ["single", pytest.param("cluster", marks=pytest.mark.slow)]


def new_data_key() -> DataKey:
    """A throw-away key."""
    return DataKey(secrets.token_hex(8), secrets.token_bytes(32))


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands still."""
    return MovableClock()


@pytest.fixture(scope="session")
def redis_server() -> Iterator[RedisServer]:
    """One Redis for the whole test process."""
    with running_redis("--appendonly", "no") as server:
        yield server


@pytest.fixture(scope="session")
def redis_cluster() -> Iterator[RedisServer]:
    """A cluster of three for the whole test process."""
    with running_redis_cluster() as server:
        yield server


@pytest.fixture
def redis_url(redis_server: RedisServer) -> str:
    """The single Redis, emptied."""
    return _emptied(redis_server.url)


@pytest.fixture
def redis_connection(redis_url: str) -> Iterator[RedisConnection]:
    """A connection to the single Redis, emptied."""
    connection = connect_redis(redis_url)
    yield connection
    connection.close()


@pytest.fixture(params=_ALL_REDIS)
def every_redis_url(request: pytest.FixtureRequest) -> str:
    """Each kind of Redis in turn, emptied."""
    kind = "redis_server" if request.param == "single" else "redis_cluster"
    server: RedisServer = request.getfixturevalue(kind)
    return _emptied(server.url)


@pytest.fixture
def every_redis(every_redis_url: str) -> Iterator[RedisConnection]:
    """A connection to each kind of Redis in turn, emptied."""
    connection = connect_redis(every_redis_url)
    yield connection
    connection.close()


@pytest.fixture
def record_keys() -> RecordKeys:
    """Throw-away keys for records."""
    return RecordKeys(Sealer([new_data_key()]), NameKey(secrets.token_bytes(32)))


@pytest.fixture
def record_store(
    redis_connection: RedisConnection, record_keys: RecordKeys, clock: MovableClock
) -> RecordStore:
    """A record store on the single Redis, on the clock of the test."""
    return RecordStore(redis_connection, record_keys, clock)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One PostgreSQL for the whole test process, with an up-to-date database `template` to copy."""
    with running_postgres() as server:
        server.run(b"CREATE DATABASE template")
        template = Database(server.url("template"))
        template.upgrade()
        template.close()
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An up-to-date SQLite file."""
    file = tmp_path_factory.mktemp("template") / "template.sqlite3"
    database = Database(f"sqlite:///{file}")
    database.upgrade()
    database.close()
    return file.read_bytes()


@pytest.fixture(params=_ALL_DATABASES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each kind of database in turn, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    yield from _postgres_database(request.getfixturevalue("postgres_server"), template="template1")


@pytest.fixture(params=_ALL_DATABASES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Each kind of database in turn, up to date and empty."""
    if request.param == "sqlite":
        yield _sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    yield from _postgres_database(request.getfixturevalue("postgres_server"), template="template")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """Each kind of database in turn, up to date and empty."""
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def sqlite_database(sqlite_template: bytes, tmp_path: Path) -> Iterator[Database]:
    """A SQLite database, up to date and empty, for tests that are not about the database."""
    database = Database(_sqlite_copy(sqlite_template, tmp_path))
    yield database
    database.close()


@pytest.fixture
def key_encryption_key() -> DataKey:
    """A throw-away key-encryption key."""
    return new_data_key()


@pytest.fixture
def open_ring(key_encryption_key: DataKey, clock: MovableClock) -> Callable[[Database], KeyRing]:
    """Opens the key ring of a database for the brands of the tests."""
    return lambda database: open_key_ring(database, key_encryption_key, brands=BRANDS, clock=clock)


@pytest.fixture
def key_ring(database: Database, open_ring: Callable[[Database], KeyRing]) -> KeyRing:
    """The key ring of `database`."""
    return open_ring(database)


def _emptied(url: str) -> str:
    connection = connect_redis(url)
    for _, server in connection.each_server():
        server.flushall()
        server.close()
    connection.close()
    return url


def _sqlite_copy(template: bytes, folder: Path) -> str:
    file = folder / "voordeur.sqlite3"
    file.write_bytes(template)
    return f"sqlite:///{file}"


def _postgres_database(server: PostgresServer, *, template: str) -> Iterator[str]:
    name = f"test_{secrets.token_hex(6)}"
    server.run(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    yield server.url(name)
    server.run(f"DROP DATABASE {name} WITH (FORCE)".encode())
