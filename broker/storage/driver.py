"""The database's own driver, for statements that SQLAlchemy has made ready: alone, or in a transaction.

It has connections of its own, made by SQLAlchemy.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, PoolProxiedConnection

from broker.errors import StorageUnavailable
from broker.storage.database_errors import AWAY, READ_ONLY, error_name
from broker.storage.kept_connections import Kept, KeptConnections
from broker.storage.prepared import ReadyStatement
from broker.tracing import storage_span


class Driver:
    """Runs ready statements. Raises `StorageUnavailable` as `Database` does, or the driver's own errors."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connections = KeptConnections(engine)
        # As in `engine`: on SQLite the writer's lock first.
        self._begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        self.errors: Any = engine.dialect.loaded_dbapi

    def run(
        self,
        ready: ReadyStatement,
        parameters: Mapping[str, object],
        use: Callable[[Any], Any],
        *,
        within: Any,  # noqa: ANN401 - a DB-API connection has no common type
    ) -> Any:  # noqa: ANN401 - whatever `use` takes from the driver's cursor
        """Run one statement on the connection `within`, or as a transaction of its own when that is None."""
        values = ready.values(parameters)
        try:
            with storage_span("database"):
                if within is not None:
                    return use(within.execute(ready.sql, values))
                return self._run_alone(ready.sql, values, use)
        except (self.errors.Error, *AWAY) as error:
            self._tell_away(error)
            raise

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """A connection with a transaction: kept when the block ends, undone when it raises."""
        try:
            with storage_span("database"):
                kept = self._connections.take()
                try:
                    kept.connection.execute(self._begin)
                    yield kept.connection
                    kept.connection.commit()
                except BaseException as error:
                    self._give_back_after(error, kept)
                    raise
                self._connections.give_back(kept)
        except (self.errors.Error, *AWAY) as error:
            self._tell_away(error)
            raise

    def close(self) -> None:
        """Close the connections that nobody uses."""
        self._connections.close()

    def _run_alone(self, sql: str, values: object, use: Callable[[Any], Any]) -> Any:  # noqa: ANN401 - as `run`
        kept = self._connections.take()
        try:
            answer = use(kept.connection.execute(sql, values))
        except BaseException as error:
            self._give_back_after(error, kept)
            raise
        self._connections.give_back(kept)
        return answer

    def _give_back_after(self, error: BaseException, kept: Kept) -> None:
        """Keep a connection whose statement was refused; one that was lost, or left half-way, is closed."""
        try:
            if self._was_refused(error, kept):
                kept.connection.rollback()
                self._connections.give_back(kept)
                return
        except (self.errors.Error, OSError):
            # It was lost after all.
            pass
        kept.close()

    def _was_refused(self, error: BaseException, kept: Kept) -> bool:
        if not isinstance(error, self.errors.Error):
            return False
        return not self._engine.dialect.is_disconnect(error, kept.connection, None)

    def _tell_away(self, error: Exception) -> None:
        """Raise `StorageUnavailable` when that is what the error means."""
        if isinstance(error, self.errors.InternalError):
            away = getattr(error, "sqlstate", None) == READ_ONLY
        else:
            away = isinstance(error, (self.errors.OperationalError, self.errors.InterfaceError, *AWAY))
        if away:
            raise StorageUnavailable(f"database: {error_name(error)}") from error


def driver_connection(connection: PoolProxiedConnection) -> Any:  # noqa: ANN401 - a DB-API connection has no common type
    """The driver's own connection behind one that the pool lent."""
    return connection.driver_connection
