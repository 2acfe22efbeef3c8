"""The database: both kinds mean the same by reading, writing, waiting and being away."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError, StatementError

from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.database import Database
from broker.storage.full_schema import FULL_METADATA
from broker.storage.schema import USED_MESSAGES
from broker.storage.schema_upgrade import migration_config
from broker.storage.schema_version import newest_number
from broker.storage.used_messages import UsedMessages
from tests.support.moments import MovableClock
from tests.support.servers import running_postgres

LATER = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)


def _row(name: str, expires_at: datetime = LATER) -> dict[str, object]:
    return {"scope": name, "message_digest": b"d" * 32, "expires_at": expires_at}


def _count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(USED_MESSAGES)).scalar_one()


def test_writing_is_kept_whole_or_not_at_all(database: Database) -> None:
    """A transaction that raises leaves nothing; one that ends is there for the next reader."""

    def fail_after_writing() -> None:
        with database.writing() as connection:
            connection.execute(insert(USED_MESSAGES), _row("undone"))
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    undone = _count(database)
    with database.writing() as connection:
        connection.execute(insert(USED_MESSAGES), _row("kept"))
    assert (undone, _count(database)) == (0, 1)


def test_writing_within_writing_is_one_transaction(database: Database) -> None:
    """Repositories called within a transaction are kept or undone with it, and see what it wrote."""

    def fail_after_writing() -> None:
        with database.writing():
            assert UsedMessages(database).claim("scope", "id", expires_at=LATER)
            with database.writing(lock="some name") as connection:
                connection.execute(insert(USED_MESSAGES), _row("inner"))
            assert _count(database) == 2
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert _count(database) == 0


def test_writing_of_one_thread_is_not_joined_by_another(database: Database) -> None:
    """Another thread reads what is committed, not what a transaction under way has written."""
    with database.writing() as connection, ThreadPoolExecutor(1) as pool:
        connection.execute(insert(USED_MESSAGES), _row("under way"))
        assert pool.submit(_count, database).result() == 0


def test_reading_refuses_to_write(database: Database) -> None:
    """A statement that writes, given to a reading connection, is refused and has no effect."""
    with pytest.raises(RuntimeError, match="reading connection"), database.reading() as connection:
        connection.execute(insert(USED_MESSAGES), _row("sneaked in"))
    assert _count(database) == 0


def test_constraint_is_no_outage(database: Database) -> None:
    """A row that is refused is a mistake in our code and not mistaken for a database that is away."""
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(insert(USED_MESSAGES), [_row("same"), _row("same")])


def test_foreign_keys_hold(database: Database) -> None:
    """An identity without its account is refused on every database."""
    identity = {"brand": "cz", "scheme": "digid", "key": "none", "digest": b"d" * 32, "account": "none"}
    statement = text(
        "INSERT INTO account_identities"
        " (brand, scheme, index_key_id, identity_digest, account_id, identity_sealed)"
        " VALUES (:brand, :scheme, :key, :digest, :account, :digest)"
    )
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(statement, identity)


def test_moments_come_back_in_utc(database: Database) -> None:
    """A moment given in another zone is the same moment when read, to the microsecond, and in UTC."""
    local = LATER.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with database.writing() as connection:
        connection.execute(insert(USED_MESSAGES), _row("x", local))
        found = connection.execute(select(USED_MESSAGES.c.expires_at)).scalar_one()
    assert (found, found.tzinfo) == (LATER, UTC)


def test_moments_without_a_zone_are_refused(database: Database) -> None:
    """Nobody has to guess what a naive time meant."""
    naive = LATER.replace(tzinfo=None)
    with pytest.raises(StatementError, match="without a zone"), database.writing() as connection:
        connection.execute(insert(USED_MESSAGES), _row("x", naive))


def test_many_writers_wait_for_each_other(database: Database) -> None:
    """Eight threads that read and then write in transactions all succeed; none meets a locked database."""
    used = UsedMessages(database)
    start = threading.Barrier(8)

    def write(thread: int) -> None:
        start.wait()
        for number in range(25):
            with database.writing() as connection:
                connection.execute(select(func.count()).select_from(USED_MESSAGES)).scalar_one()
                connection.execute(insert(USED_MESSAGES), _row(f"{thread} {number}"))
            used.claim("alone", f"{thread} {number}", expires_at=LATER)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(8)))
    assert _count(database) == 8 * 25 * 2


def test_lock_keeps_others_out_until_the_end(database: Database) -> None:
    """What is read under a lock is still so when it is written: no increment is lost."""
    start = threading.Barrier(6)

    def add_one(_: int) -> None:
        start.wait()
        for _round in range(5):
            with database.writing(lock="tally") as connection:
                seen = connection.execute(select(func.count()).select_from(USED_MESSAGES)).scalar_one()
                connection.execute(insert(USED_MESSAGES), _row(f"number {seen}"))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_one, range(6)))
    assert _count(database) == 30


def test_upgrade_makes_the_tables_of_this_version(empty_database_url: str) -> None:
    """Migrations give exactly the tables that the code knows; running them again changes nothing."""
    database = Database(empty_database_url)
    assert not database.is_current()
    with pytest.raises(ConfigurationError, match="broker db upgrade"):
        database.require_current()
    database.upgrade()
    database.upgrade()
    database.require_current()
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, FULL_METADATA)
    database.close()
    assert differences == []


def test_version_of_the_tables_is_that_of_the_newest_migration() -> None:
    """The number that every worker compares with is told apart from Alembic, and must agree with it."""
    (head,) = ScriptDirectory.from_config(migration_config()).get_heads()
    assert head[:4] == newest_number()


def test_downgrade_leaves_nothing(database: Database) -> None:
    """The first migration can be taken back, and done again."""
    with database.writing() as connection:
        command.downgrade(migration_config(connection), "base")
    assert not database.is_current()
    database.upgrade()
    assert _count(database) == 0


def test_clock_of_the_database_can_be_asked(database: Database) -> None:
    """It is this machine's clock here, so it lies between two looks at that one."""
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    assert before <= database.now() <= datetime.now(UTC) + timedelta(milliseconds=1)


@pytest.mark.slow
def test_postgresql_that_went_away_is_unavailable(clock: MovableClock) -> None:
    """Before, within and after a transaction an absent server is told as such."""
    with running_postgres() as server:
        database = Database(server.url("postgres"))
        database.upgrade()
        assert UsedMessages(database).claim("s", "1", expires_at=clock.now)
    with pytest.raises(StorageUnavailable):
        UsedMessages(database).claim("s", "2", expires_at=clock.now)
    with pytest.raises(StorageUnavailable), database.writing():
        pytest.fail("a transaction began without a server")
    with pytest.raises(StorageUnavailable), database.reading():
        pytest.fail("a server was found")
    database.close()


def test_sqlite_that_cannot_be_read_is_unavailable(sqlite_database: Database) -> None:
    """A database without the tables it should have is told as unavailable, without any value."""
    with sqlite_database.writing() as connection:
        connection.execute(text("DROP TABLE used_messages"))
    with pytest.raises(StorageUnavailable) as refusal:
        UsedMessages(sqlite_database).claim("s", "secret marker", expires_at=LATER)
    assert refusal.value.detail == "database: OperationalError SQLITE_ERROR"


@pytest.mark.parametrize(
    "url",
    ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:hunter2@h/d", "postgresql+asyncpg://h/d"],
)
def test_other_database_urls_are_refused(url: str) -> None:
    """Only what is tested is accepted, and a password in the URL is not repeated."""
    with pytest.raises(ConfigurationError, match="the database URL must be") as refusal:
        Database(url)
    assert "hunter2" not in str(refusal.value)


def test_sqlite_file_is_private(tmp_path: Path) -> None:
    """The file and the log beside it are for their owner only."""
    database = Database(f"sqlite:///{tmp_path / 'new' / 'broker.sqlite3'}")
    database.upgrade()
    with database.reading() as connection:
        mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        modes = {path.stat().st_mode & 0o777 for path in (tmp_path / "new").iterdir()}
    database.close()
    assert (mode, modes) == ("wal", {0o600})
