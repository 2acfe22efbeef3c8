"""What was written before there was a chain becomes the beginning of one."""

from __future__ import annotations

from alembic import command
from sqlalchemy import text

from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.schema_upgrade import migration_config
from tests.support.audit_chain import ChainedLog
from tests.support.moments import MovableClock


def test_events_from_before_the_chain_are_chained(
    database: Database, key_ring: KeyRing, clock: MovableClock
) -> None:
    """Every event of every brand is kept, in its order, and goes on to be guarded."""
    log = ChainedLog.on(database, key_ring.columns, clock)
    written = {brand: log.write(1200, brand=brand) for brand in ("cz", "vgz")}
    with database.writing() as connection:
        command.downgrade(migration_config(connection), "0003_messages")
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM audit_events")).scalar() == 2400
    database.upgrade()
    log.write(3)
    log.checkpoint()
    with database.reading() as connection:
        kept = connection.execute(text("SELECT id FROM audit_events WHERE brand = 'vgz' ORDER BY sequence"))
        assert kept.scalars().all() == sorted(written["vgz"])
    verifier = log.verified()
    assert (verifier.findings, verifier.events) == ([], 2403)
    with log.tampering() as owner:
        owner("UPDATE audit_events SET kind = 'x' WHERE sequence = 700 AND brand = 'cz'")
    assert log.findings()[0].startswith("brand cz lane 0 row 700 (")
