"""Prepared statements: the same rows, the same errors and the same transactions as through SQLAlchemy."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import StatementError

from broker.errors import StorageUnavailable
from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import GENERATIONS, USED_MESSAGES
from tests.support.servers import running_postgres

LATER = datetime(2026, 11, 21, 12, 30, 15, 123456, tzinfo=UTC)
ROW = {"scope": "digid", "message_digest": b"\x00\xffd" * 10, "expires_at": LATER}
_SELECT = select(USED_MESSAGES).where(USED_MESSAGES.c.scope == bindparam("of_scope"))
FIND = Prepared(_SELECT)


def _insert(database: Database) -> Prepared:
    return Prepared(database.new_row(USED_MESSAGES), *USED_MESSAGES.columns.keys())


def test_prepared_writes_and_reads_what_sqlalchemy_does(database: Database) -> None:
    """Bytes, and a moment of another zone, are the same by either way; a second row of the key is none."""
    elsewhere = LATER.astimezone(timezone(timedelta(hours=5)))
    written = [database.write_alone(_insert(database), {**ROW, "expires_at": elsewhere}) for _ in range(2)]
    found = database.read_one(FIND, {"of_scope": "digid"})
    with database.reading() as connection:
        plain = connection.execute(_SELECT, {"of_scope": "digid"}).one()
    assert written == [1, 0]
    assert found._asdict() == plain._asdict() == ROW


def test_prepared_that_finds_nothing_is_none(database: Database) -> None:
    """No row is None, and several are a mistake of ours."""
    assert database.read_one(FIND, {"of_scope": "digid"}) is None
    for digest in (b"1" * 32, b"2" * 32):
        database.write_alone(_insert(database), {**ROW, "message_digest": digest})
    with pytest.raises(RuntimeError, match="found several"):
        database.read_one(FIND, {"of_scope": "digid"})


def test_prepared_is_part_of_the_transaction_around_it(database: Database) -> None:
    """Within `writing` it sees what was written and is undone with the rest."""

    def fail_after_writing() -> None:
        with database.writing():
            database.write_alone(_insert(database), ROW)
            assert database.read_one(FIND, {"of_scope": "digid"}) is not None
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert database.read_one(FIND, {"of_scope": "digid"}) is None


def test_prepared_is_kept_without_a_transaction(database: Database) -> None:
    """Alone it is a transaction of its own: another connection sees it at once."""
    for number in range(20):  # More often than the pool has connections.
        database.write_alone(_insert(database), {**ROW, "scope": str(number)})
    other = Database(database._engine.url.render_as_string(hide_password=False))
    assert all(other.read_one(FIND, {"of_scope": str(number)}) for number in range(20))
    other.close()


def test_transaction_of_prepared_statements_is_kept_or_undone(database: Database) -> None:
    """All of the block or nothing; what is to be told is told once it is kept, never when it is undone."""
    told = list[str]()

    def write_both(*, fail: bool) -> None:
        with database.writing_prepared():
            for digest in (b"1" * 32, b"2" * 32):
                database.write_alone(_insert(database), {**ROW, "message_digest": digest})
            database.act_last("last", lambda: told.append("acted"))
            database.when_kept(lambda: told.append("kept"))
            assert (database.is_writing, told) == (True, [])
            if fail:
                raise KeyError

    with pytest.raises(KeyError):
        write_both(fail=True)
    assert (database.read_one(FIND, {"of_scope": "digid"}), database.is_writing, told) == (None, False, [])
    write_both(fail=False)
    assert (_count(database), told) == (2, ["acted", "kept"])


def test_transaction_of_prepared_statements_takes_nothing_else(database: Database) -> None:
    """Another connection would not see it, and on SQLite wait for it; ours is none the worse."""

    def write_by_sqlalchemy() -> None:
        with database.writing_prepared():
            database.write_alone(_insert(database), ROW)
            with database.writing():
                pytest.fail("it was joined")

    for _ in range(20):
        with pytest.raises(RuntimeError, match="prepared statements only"):
            write_by_sqlalchemy()
    with pytest.raises(RuntimeError, match="prepared statements only"), database.writing_prepared():
        database.is_current()
    assert _count(database) == 0


def test_transaction_of_prepared_statements_joins_another(database: Database) -> None:
    """Within `writing` it is undone with the rest."""

    def fail_after_writing() -> None:
        with database.writing():
            with database.writing_prepared():
                database.write_alone(_insert(database), ROW)
            raise KeyError

    with pytest.raises(KeyError):
        fail_after_writing()
    assert _count(database) == 0


def test_refusal_within_a_transaction_undoes_it(database: Database) -> None:
    """An error of the driver ends it, and the connection goes on in order."""

    def write_what_is_refused() -> None:
        with database.writing_prepared():
            database.write_alone(_insert(database), ROW)
            database.write_alone(_insert(database), {**ROW, "message_digest": None})

    for _ in range(20):
        with pytest.raises(database._driver.errors.IntegrityError):
            write_what_is_refused()
    assert _count(database) == 0


def _count(database: Database) -> int:
    with database.reading() as connection:
        return connection.execute(select(func.count()).select_from(USED_MESSAGES)).scalar_one()


def test_prepared_refuses_a_moment_without_zone(database: Database) -> None:
    """The types judge the values as they do everywhere."""
    with pytest.raises((ValueError, StatementError)):
        database.write_alone(_insert(database), {**ROW, "expires_at": LATER.replace(tzinfo=None)})


def test_prepared_value_in_the_statement_is_sent(database: Database) -> None:
    """What stands in the statement itself goes along with its parameters."""
    database.write_alone(
        Prepared(database.new_row(GENERATIONS), "name", "number"), {"name": "n", "number": 4}
    )
    count = Prepared(
        update(GENERATIONS)
        .where(GENERATIONS.c.name == bindparam("of"))
        .values(number=GENERATIONS.c.number + 3)
    )
    assert database.write_alone(count, {"of": "n"}) == 1
    found = database.read_one(Prepared(select(GENERATIONS.c.number).where(GENERATIONS.c.name == "n")), {})
    assert found.number == 7


def test_prepared_writing_is_no_reading(database: Database) -> None:
    """A writing statement is not run where reading was meant."""
    with pytest.raises(RuntimeError, match="writing statement"):
        database.read_one(_insert(database), ROW)


def test_prepared_with_a_list_is_refused(database: Database) -> None:
    """Its SQL would depend on the length of the list."""
    scopes = Prepared(
        select(USED_MESSAGES).where(USED_MESSAGES.c.scope.in_(bindparam("scopes", expanding=True)))
    )
    with pytest.raises(ValueError, match="list of values"):
        database.read_one(scopes, {"scopes": ["digid"]})


def test_prepared_error_is_no_value_and_spoils_no_connection(database: Database) -> None:
    """A row that the tables refuse is an error of the driver; the connection goes on in order."""
    for _ in range(20):
        with pytest.raises(database._driver.errors.IntegrityError):
            database.write_alone(_insert(database), {**ROW, "message_digest": None})
    assert database.write_alone(_insert(database), ROW) == 1


def test_prepared_on_a_server_that_went_away_is_unavailable() -> None:
    """A server that is stopped is told as away, whatever connection the pool had kept."""
    with running_postgres() as server:
        database = Database(server.url("postgres"))
        database.upgrade()
        insert = _insert(database)
        database.write_alone(insert, ROW)
    for _ in range(3):
        with pytest.raises(StorageUnavailable, match="database: "):
            database.write_alone(insert, ROW)
        with pytest.raises(StorageUnavailable, match="database: "):
            database.read_one(FIND, {"of_scope": "digid"})
    database.close()


def test_prepared_finds_a_new_connection_when_its_own_was_ended() -> None:
    """A connection that the server ended is replaced without an error."""
    with running_postgres() as server:
        server.run(b"CREATE DATABASE ended")
        database = Database(server.url("ended"))
        database.upgrade()
        insert = _insert(database)
        database.write_alone(insert, ROW)
        server.run(b"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'ended'")
        assert database.write_alone(insert, ROW) == 0
        database.close()
