"""The rights that the manual gives the broker's role: enough to work, not enough to change the log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import ProgrammingError

from broker.storage.database import Database
from broker.storage.key_ring import KeyRing, open_key_ring
from broker.storage.sealing import DataKey
from tests.support.audit_chain import ChainedLog
from tests.support.fixtures import BRANDS
from tests.support.moments import MovableClock
from tests.support.servers import PostgresServer

MANUAL = Path(__file__).parents[3] / "docs/how-to/audit.md"
pytestmark = pytest.mark.slow


@pytest.fixture
def restricted(
    postgres_server: PostgresServer, key_encryption_key: DataKey, clock: MovableClock
) -> Iterator[ChainedLog]:
    """A log on a database where the broker has the rights of the manual."""
    postgres_server.run(b"CREATE DATABASE restricted TEMPLATE template")
    owner = Database(postgres_server.url("restricted"))
    (script,) = re.findall(r"```sql\n(.*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    with owner.writing() as connection:
        connection.exec_driver_sql(script)
    url = make_url(postgres_server.url("restricted")).set(username="voordeur_app")
    database = Database(url.render_as_string(hide_password=False))
    keys: KeyRing = open_key_ring(database, key_encryption_key, brands=BRANDS, clock=clock)
    yield ChainedLog.on(database, keys.columns, clock)
    database.close()
    with owner.writing() as connection:
        connection.exec_driver_sql("DROP OWNED BY voordeur_app; DROP ROLE voordeur_app")
    owner.close()
    postgres_server.run(b"DROP DATABASE restricted WITH (FORCE)")


def test_broker_works_with_the_rights_of_the_manual(restricted: ChainedLog) -> None:
    """Events, checkpoints and the erasure of a person need nothing more."""
    restricted.write(3, person="7d1c4c9e-0000-4000-8000-000000000001")
    restricted.checkpoint()
    assert restricted.room.persons.erase("7d1c4c9e-0000-4000-8000-000000000001", now=restricted.clock.now)
    assert restricted.findings() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_events SET kind = 'x'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "DROP TRIGGER audit_events_no_change ON audit_events",
        "UPDATE audit_checkpoints SET payload = 'x'",
        "DELETE FROM audit_checkpoints",
        "DELETE FROM audit_heads",
        "DELETE FROM audit_persons",
        "UPDATE audit_keys SET kid = 'x'",
    ],
)
def test_broker_may_not_change_the_log(restricted: ChainedLog, change: str) -> None:
    """What is written stays, whatever somebody makes the broker's role do."""
    restricted.write(1)
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        restricted.database.writing() as connection,
    ):
        connection.execute(text(change))
    assert restricted.findings() == []
