"""A real Redis on a unix socket, and a provider upon it."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.storage.keyed_hash import NameKey
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection, connect_redis
from broker.storage.sealing import DataKey, Sealer
from tests.unit.oidc.oidc_support import MovableClock, World, make_world


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisConnection]:
    """A private redis-server that listens on no port and keeps nothing."""
    program = shutil.which("redis-server")
    assert program, "install redis-server: apt-get install redis-server"
    with tempfile.TemporaryDirectory(prefix="oidc-") as folder:
        socket = Path(folder) / "s"
        settings = ["--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder]
        child = subprocess.Popen([program, *settings], stdout=subprocess.PIPE, text=True)
        try:
            assert child.stdout is not None
            for line in child.stdout:
                if "eady to accept connections" in line:
                    break
            yield connect_redis(f"unix://{socket}")
        finally:
            child.terminate()
            child.communicate(timeout=10)


@pytest.fixture
def clock() -> MovableClock:
    """A clock that stands still until the test moves it."""
    return MovableClock()


@pytest.fixture
def records(redis: RedisConnection, clock: MovableClock) -> RecordStore:
    """The real store; each test seals and names with keys of its own and so meets nobody else's records."""
    sealer = Sealer([DataKey(secrets.token_hex(8), secrets.token_bytes(32))])
    return RecordStore(redis, RecordKeys(sealer, NameKey(secrets.token_bytes(32))), clock)


@pytest.fixture
def world(records: RecordStore, clock: MovableClock) -> World:
    """A provider with one client of each kind."""
    return make_world(records, clock)
