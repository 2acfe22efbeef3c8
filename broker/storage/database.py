"""The database: reading, writing in a transaction, and the age of its tables."""

from __future__ import annotations

import hashlib
import threading
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from importlib import import_module
from operator import attrgetter, methodcaller
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, Executable, Select, func, select, text
from sqlalchemy.schema import Table

from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.database_errors import database_errors
from broker.storage.driver import Driver, driver_connection
from broker.storage.engine import lock_at_begin, make_engine, refuse_writing
from broker.storage.last_acts import LastActs
from broker.storage.prepared import Prepared
from broker.storage.schema_version import is_current, is_recent_enough

DEFAULT_POOL_SIZE = 8

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

    NewRow = sqlite.Insert | postgresql.Insert


_all_rows = methodcaller("fetchall")
_how_many = attrgetter("rowcount")


class _OfThread(threading.local):
    """What a thread is in the middle of: a transaction, what it does last, what is gathered for later."""

    connection: Connection | None = None
    driver_connection: Any = None
    last: LastActs | None = None
    gathered: LastActs | None = None


class Database:
    """Connections to one SQLite file or PostgreSQL database; safe to share between threads of one process.

    Every method raises `StorageUnavailable` when the database cannot be reached, is locked for too long
    or gives up; the detail holds the kind of error, never a value. When that happens at the end of a
    transaction it is unknown whether it was kept.
    """

    def __init__(self, url: str, *, pool_size: int = DEFAULT_POOL_SIZE) -> None:
        """`pool_size`: at least the number of threads that use it at once.

        Prepared statements have connections beside the pool's, as many as threads use at once.
        """
        self._engine = make_engine(url, pool_size=pool_size)
        self._is_sqlite = self._engine.dialect.name == "sqlite"
        # The module of this dialect is there already; the other one's would be memory for nothing.
        self._insert = import_module(f"sqlalchemy.dialects.{self._engine.dialect.name}").insert
        # Readers and single statements need no transaction; on PostgreSQL that saves two round trips of
        # three. (SQLite's driver begins none by itself.)
        alone = {} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = self._engine.execution_options(**alone)
        self._single = self._engine.execution_options(**alone, preserve_rowcount=True)
        self._writer = self._engine.execution_options(preserve_rowcount=True)
        refuse_writing(self._reader)
        if self._is_sqlite:
            lock_at_begin(self._writer)
        self._current = _OfThread()
        self._driver = Driver(self._engine)
        # Whoever forgets this leaves no connection open.
        weakref.finalize(self, _close, self._engine, self._driver).atexit = False

    @property
    def has_one_writer(self) -> bool:
        """Whether writers wait for each other anyway (SQLite)."""
        return self._is_sqlite

    @property
    def is_writing(self) -> bool:
        """Whether this thread is within `writing`."""
        return self._current.driver_connection is not None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with; each statement sees what is committed when it starts.

        Within `writing` of the same thread it is that transaction's connection.
        """
        joined = self._joined()
        with database_errors():
            if joined is not None:
                yield joined
                return
            with self._reader.connect() as connection:
                yield connection

    @contextmanager
    def writing(self, *, lock: str | None = None) -> Iterator[Connection]:
        """One transaction: kept when the block ends, undone when it raises.

        Within another `writing` of the same thread it joins that one, so that several repositories act
        as one. `lock` names what must not happen twice at once, in any process; it is held until the end.
        (On SQLite there is one writer at a time anyway.)
        """
        joined = self._joined()
        with database_errors():
            if joined is not None:
                self._lock(joined, lock)
                yield joined
                return
            with (
                self._writer.begin() as connection,
                self._planned(connection, driver_connection(connection.connection)) as last,
            ):
                self._lock(connection, lock)
                yield connection
        last.tell()

    @contextmanager
    def writing_prepared(self) -> Iterator[None]:
        """The same for prepared statements alone; anything else within it raises `RuntimeError`.

        A login has two of these, and a connection of SQLAlchemy's costs ten times what they need.
        """
        if self.is_writing:
            yield
            return
        with self._driver.transaction() as connection, self._planned(None, connection) as last:
            yield
        last.tell()

    @contextmanager
    def gathering(self, failed: Callable[[], None]) -> Iterator[None]:
        """What the block gives to `act_last` is one transaction at its end, also when the block raises.

        A block within a block writes what both have gathered so far. `failed` is called when that is not
        possible, before `StorageUnavailable` is raised. One transaction costs as much as its one commit.
        """
        outer = self._current.gathered
        gathered = self._current.gathered = outer or LastActs()
        try:
            yield
        finally:
            self._current.gathered = None
            try:
                self._write_gathered(gathered)
            except StorageUnavailable:
                failed()
                raise
            finally:
                self._current.gathered = outer

    def _write_gathered(self, gathered: LastActs) -> None:
        last = gathered.take()
        # One act is a transaction by itself.
        with self.writing_prepared() if len(last.acts) > 1 else nullcontext():
            for place, act in last.acts:
                self.act_last(place, act)
            for tell in last.tells:
                self.when_kept(tell)

    def read_one(self, statement: Prepared, parameters: Mapping[str, object]) -> Any:  # noqa: ANN401 - a row of what was selected
        """The one row that a prepared SELECT finds, its values by name; None when there is none.

        Within `writing` of the same thread it sees what that transaction wrote.
        """
        rows = self.read_all(statement, parameters)
        if len(rows) > 1:
            raise RuntimeError("a statement that finds one row found several")
        return rows[0] if rows else None

    def read_all(self, statement: Prepared, parameters: Mapping[str, object]) -> list[Any]:
        """Every row that a prepared SELECT finds, as `read_one` gives one."""
        if not statement.reads:
            raise RuntimeError("a writing statement was given to a reading connection")
        ready = statement.ready(self._engine.dialect)
        rows = self._driver.run(ready, parameters, _all_rows, within=self._current.driver_connection)
        return [ready.row(row) for row in rows]

    def write_alone(
        self, statement: Executable | Prepared, parameters: Mapping[str, object] | None = None
    ) -> int:
        """One writing statement as its own transaction, in one round trip; answers how many rows it touched.

        Within `writing` of the same thread it is part of that transaction.
        """
        if isinstance(statement, Prepared):
            ready = statement.ready(self._engine.dialect)
            within = self._current.driver_connection
            return int(self._driver.run(ready, parameters or {}, _how_many, within=within))
        if self._joined() is not None:
            with self.writing() as connection:
                return connection.execute(statement, parameters).rowcount
        with database_errors(), self._single.connect() as connection:
            return connection.execute(statement, parameters).rowcount

    def write_returning(self, statement: Prepared, parameters: Mapping[str, object]) -> list[Any]:
        """As `write_alone`, with what the statement's RETURNING says; values as the driver gives them."""
        ready = statement.ready(self._engine.dialect)
        rows = self._driver.run(ready, parameters, _all_rows, within=self._current.driver_connection)
        return [ready.row(row) for row in rows]

    def act_last(self, place: str, act: Callable[[], None]) -> None:
        """Runs `act` as the last thing of this thread's transaction, or at once where there is none.

        For what takes a lock that many want. Acts run in the order of their places, and so never wait for
        each other in a circle. Within `gathering` it waits for the end of the block. An act executes prepared
        statements only.
        """
        last = self._last()
        if last is None:
            act()
        else:
            last.acts.append((place, act))

    def when_kept(self, tell: Callable[[], None]) -> None:
        """Runs `tell` once this thread's transaction is kept, or at once where there is none."""
        last = self._last()
        if last is None:
            tell()
        else:
            last.tells.append(tell)

    def new_row(self, table: Table) -> NewRow:
        """The statement that inserts one row of parameters, and does nothing where its key is taken."""
        insert: NewRow = self._insert(table)
        return insert.on_conflict_do_nothing()

    def put_row(self, table: Table, keys: Sequence[str], rows: Select[Any] | None = None) -> NewRow:
        """The statement that inserts one row of parameters, or gives the one with its keys the other values.

        `rows`: a statement that gives the row instead, or none.
        """
        insert: NewRow = self._insert(table)
        changed = {column.name: insert.excluded[column.name] for column in table.c if column.name not in keys}
        if rows is not None:
            insert = insert.from_select([column.name for column in table.c], rows)
        return insert.on_conflict_do_update(index_elements=keys, set_=changed)

    def now(self) -> datetime:
        """What the database's own clock says; for comparison with ours, never to decide with."""
        moment = (
            func.strftime("%Y-%m-%dT%H:%M:%f+00:00", "now") if self._is_sqlite else func.clock_timestamp()
        )
        with self.reading() as connection:
            answer = connection.execute(select(moment)).scalar_one()
        return (datetime.fromisoformat(answer) if self._is_sqlite else answer).astimezone(UTC)

    def upgrade(self) -> None:
        """Brings the tables up to this version; of several starters one does it and the others wait."""
        from broker.storage.schema_upgrade import upgrade  # noqa: PLC0415 - Alembic is slow to load and rarely needed

        with self.writing() as connection:
            if not self._is_sqlite:
                # A migration takes as long as it takes, and so do those who wait for it.
                connection.execute(text("SET LOCAL statement_timeout = 0"))
                connection.execute(text("SET LOCAL lock_timeout = 0"))
            self._lock(connection, "schema")
            upgrade(connection)

    def is_current(self) -> bool:
        """Whether the tables are those of this version."""
        with self.reading() as connection:
            return is_current(connection)

    def require_recent_enough(self) -> None:
        """Raises `ConfigurationError` when a migration is missing; tables of a newer version will do.

        While replicas are replaced one by one, the old ones go on with tables that are newer than they.
        """
        with self.reading() as connection:
            if not is_recent_enough(connection):
                raise ConfigurationError(("the tables of the database are older than this version",))

    def require_current(self) -> None:
        """Raises `ConfigurationError` unless the tables are those of this version."""
        if not self.is_current():
            raise ConfigurationError(
                ("the tables of the database are not those of this version; run: broker db upgrade",)
            )

    def close(self) -> None:
        """Gives the connections back; forgetting the database does the same."""
        _close(self._engine, self._driver)

    @contextmanager
    def _planned(self, connection: Connection | None, driver_connection: Any) -> Iterator[LastActs]:  # noqa: ANN401 - a DB-API connection has no common type
        """Make a transaction this thread's; what it does last is done at the end of the block."""
        last = LastActs()
        current = self._current
        current.connection, current.driver_connection, current.last = connection, driver_connection, last
        try:
            yield last
            last.act()
        finally:
            current.connection = current.driver_connection = current.last = None

    def _joined(self) -> Connection | None:
        """The connection of this thread's transaction; None when there is none."""
        current = self._current
        if current.connection is None and current.driver_connection is not None:
            raise RuntimeError("this transaction takes prepared statements only")
        return current.connection

    def _last(self) -> LastActs | None:
        """The plan for the end of this thread's transaction; None when each statement is one of its own."""
        return self._current.last or self._current.gathered

    def _lock(self, connection: Connection, name: str | None) -> None:
        if name is None or self._is_sqlite:
            return
        number = int.from_bytes(hashlib.sha256(f"voordeur {name}".encode()).digest()[:8], "big", signed=True)
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def _close(engine: Engine, driver: Driver) -> None:
    driver.close()
    engine.dispose()
