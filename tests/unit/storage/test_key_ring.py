"""The key ring: one set of keys for all processes, useless without the key-encryption key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select, update

from broker.domain.clock import Clock
from broker.errors import ConfigurationError
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing, open_key_ring
from broker.storage.schema import DATA_KEYS
from broker.storage.sealing import DataKey, SealBroken, Sealer
from tests.support.fixtures import new_data_key

_STARTER = """
import sys
from datetime import datetime
from broker.storage.database import Database
from broker.storage.key_ring import open_key_ring
from broker.storage.sealing import DataKey

database = Database(sys.argv[1])
kek = DataKey(sys.argv[2], bytes.fromhex(sys.argv[3]))
print("ready", flush=True)
sys.stdin.read()
database.upgrade()
ring = open_key_ring(database, kek, brands=["cz", "vgz"], clock=lambda: datetime.fromisoformat(sys.argv[4]))
index = ring.blind_indexes["cz"].digest("digid", "1")
print(index.key_id, index.digest.hex(), ring.records.names.digest("x"))
print(ring.columns.seal(b"hello", context=b"there").hex(), ring.records.sealer.seal(b"", context=b"").hex())
"""


def test_ring_is_the_same_when_opened_again(
    database: Database, open_ring: Callable[[Database], KeyRing]
) -> None:
    """What one process sealed and hashed another finds and opens."""
    first, second = open_ring(database), open_ring(database)
    assert second.columns.open(first.columns.seal(b"x", context=b"c"), context=b"c") == b"x"
    assert second.blind_indexes["cz"].digest("digid", "1") == first.blind_indexes["cz"].digest("digid", "1")
    assert second.records.names == first.records.names


def test_purposes_have_keys_of_their_own(key_ring: KeyRing) -> None:
    """What is sealed for Redis does not open as a column, and every brand hashes with its own key."""
    with pytest.raises(SealBroken, match="do not have"):
        key_ring.columns.open(key_ring.records.sealer.seal(b"x", context=b""), context=b"")
    ids = {index.digest("digid", "1").key_id for index in key_ring.blind_indexes.values()}
    assert len(ids) == len(key_ring.blind_indexes) == 2


def test_new_brand_gets_keys_and_the_others_keep_theirs(
    database: Database, key_ring: KeyRing, key_encryption_key: DataKey, clock: Clock
) -> None:
    """A brand that is added later changes nothing for those there are."""
    wider = open_key_ring(database, key_encryption_key, brands=["cz", "vgz", "iza"], clock=clock)
    assert wider.blind_indexes["cz"].digest("digid", "1") == key_ring.blind_indexes["cz"].digest("digid", "1")
    assert wider.blind_indexes["iza"].digest("digid", "1").digest


def test_wrong_key_encryption_key_is_told_and_makes_nothing(
    database: Database, key_ring: KeyRing, clock: Clock
) -> None:
    """Starting with another key fails clearly, also for a new brand, and leaves no half-new ring behind."""
    with database.reading() as connection:
        before = connection.execute(select(DATA_KEYS.c.id).order_by(DATA_KEYS.c.id)).all()
    with pytest.raises(ConfigurationError, match="does not open the data keys"):
        open_key_ring(database, new_data_key(), brands=["cz", "iza"], clock=clock)
    with database.reading() as connection:
        assert connection.execute(select(DATA_KEYS.c.id).order_by(DATA_KEYS.c.id)).all() == before


def test_wrapped_key_does_not_open_under_another_purpose(
    database: Database, key_ring: KeyRing, open_ring: Callable[[Database], KeyRing]
) -> None:
    """Whoever can write to the table cannot give a key another purpose or brand."""
    with database.writing() as connection:
        connection.execute(update(DATA_KEYS).where(DATA_KEYS.c.brand == "vgz").values(brand="iza"))
    with pytest.raises(ConfigurationError, match="does not open"):
        open_ring(database)


def test_next_key_is_read_with_but_not_written_with(
    database: Database,
    key_ring: KeyRing,
    key_encryption_key: DataKey,
    open_ring: Callable[[Database], KeyRing],
    clock: Clock,
) -> None:
    """A key in preparation opens and finds; the active one goes on sealing until they change places."""
    upcoming = new_data_key()
    place = f"data_keys/{upcoming.id}/blind-index/cz/2".encode()
    with database.writing() as connection:
        connection.execute(
            DATA_KEYS.insert().values(
                id=upcoming.id,
                purpose="blind-index",
                brand="cz",
                generation=2,
                state="next",
                key_sealed=Sealer([key_encryption_key]).seal(upcoming.secret, context=place),
                created_at=clock(),
            )
        )
    active = key_ring.blind_indexes["cz"].digest("digid", "1")
    found = open_ring(database).blind_indexes["cz"].digests("digid", "1")
    assert [found[0], found[1].key_id] == [active, upcoming.id]


@pytest.mark.slow
def test_processes_that_start_together_agree(
    empty_database_url: str, key_encryption_key: DataKey, clock: Callable[[], datetime]
) -> None:
    """Four processes on an empty database make the tables and one set of keys between them."""
    arguments = [
        empty_database_url,
        key_encryption_key.id,
        key_encryption_key.secret.hex(),
        clock().isoformat(),
    ]
    starters = [
        subprocess.Popen(
            [sys.executable, "-c", _STARTER, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ready = [starter.stdout.readline() for starter in starters if starter.stdout]
    for starter in starters:
        if starter.stdin:
            starter.stdin.close()
            starter.stdin = None
    outputs = [starter.communicate()[0].splitlines() for starter in starters]
    assert (ready, [starter.returncode for starter in starters]) == (["ready\n"] * 4, [0] * 4)
    assert len({output[0] for output in outputs}) == 1
    database = Database(empty_database_url)
    ring = open_key_ring(database, key_encryption_key, brands=["cz", "vgz"], clock=clock)
    for output in outputs:
        column, record = (bytes.fromhex(part) for part in output[1].split())
        assert ring.columns.open(column, context=b"there") == b"hello"
        assert ring.records.sealer.open(record, context=b"") == b""
    database.close()
