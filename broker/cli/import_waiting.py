"""Rows that wait until the whole file was read: on disk, in the order in which they can be written."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Final

# What stands later refers to what stands before.
_ORDER: Final = ("organisation", "collectivity", "membership", "role_grant")


class WaitingRows:
    """A scratch file of SQLite that goes with its connection; memory stays flat however many wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute(
            "CREATE TABLE waiting (place INTEGER, key TEXT, line INTEGER, row TEXT, PRIMARY KEY (place, key))"
            " WITHOUT ROWID"
        )

    def put(self, key: tuple[str, ...], line: int, values: Mapping[str, str]) -> int | None:
        """Keep a row; the number of the line that is about the same, when there is one, and nothing else."""
        place, told = _ORDER.index(values["kind"]), json.dumps(key)
        try:
            self._connection.execute(
                "INSERT INTO waiting VALUES (?, ?, ?, ?)", (place, told, line, json.dumps(values))
            )
        except sqlite3.IntegrityError:
            asked = "SELECT line FROM waiting WHERE place = ? AND key = ?"
            return int(self._connection.execute(asked, (place, told)).fetchone()[0])
        return None

    def in_order(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Line and values of every row: what others refer to comes first."""
        for line, row in self._connection.execute("SELECT line, row FROM waiting ORDER BY place, key"):
            yield line, json.loads(row)


@contextmanager
def waiting_rows() -> Iterator[WaitingRows]:
    """An empty scratch file that nobody else can open, gone at the end of the block."""
    # SQLite makes a file without a name for the empty name, and keeps no more than its cache in memory.
    with closing(sqlite3.connect("", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA temp_store = FILE")
        connection.execute("BEGIN")
        yield WaitingRows(connection)
