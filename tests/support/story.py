"""The audit log as a story: what was written down since a test began to listen."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text

from broker.storage.database import Database


@dataclass(frozen=True)
class Event:
    """One row of the audit log."""

    kind: str
    result: str
    brand: str
    client_id: str | None
    account_id: str | None
    support_code: str | None
    detail: dict[str, Any] = field(default_factory=dict)
    on_behalf_of: str | None = None


class Story:
    """Everything that the broker wrote into its audit log since this was made, in the order of writing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._before = len(self._rows())

    def events(self) -> list[Event]:
        """The events since then."""
        return self._rows()[self._before :]

    def kinds(self) -> list[str]:
        """Their kinds."""
        return [event.kind for event in self.events()]

    def last(self) -> Event:
        """The last event."""
        return self.events()[-1]

    def _rows(self) -> list[Event]:
        with self._database.reading() as connection:
            # Ids only begin with the moment, so that two events of one millisecond have no order by them.
            order = "rowid" if connection.dialect.name == "sqlite" else "at, id"
            rows = connection.execute(text(f"SELECT * FROM audit_events ORDER BY {order}")).all()  # noqa: S608 - two fixed words
        return [
            Event(
                row.kind,
                row.result,
                row.brand,
                row.client_id,
                row.account_id,
                row.support_code,
                json.loads(row.detail),
                row.on_behalf_of,
            )
            for row in rows
        ]
