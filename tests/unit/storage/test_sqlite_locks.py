"""SQLite's locks belong to the process, and are lost by opening and closing the file beside it."""

from __future__ import annotations

import subprocess
import sys

from sqlalchemy import select

from broker.storage.database import Database
from broker.storage.schema import GENERATIONS

_WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
connection.execute("INSERT INTO generations VALUES (?, 1)", sys.argv[2:])
connection.commit()
connection.close()
"""


def test_second_database_of_a_process_leaves_the_first_in_step(sqlite_database: Database) -> None:
    """What other processes write and leave behind is seen, also after this one opened the same file again."""

    def names() -> list[str]:
        with sqlite_database.reading() as connection:
            return list(connection.execute(select(GENERATIONS.c.name).order_by("name")).scalars())

    file = str(sqlite_database._engine.url.database)
    names()
    again = Database(f"sqlite:///{file}")
    for number in range(3):
        subprocess.run([sys.executable, "-c", _WRITER, file, f"name {number}"], check=True)
        assert names() == [f"name {known}" for known in range(number + 1)]
    again.close()
