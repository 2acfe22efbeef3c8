"""The audit log as rows; what the events mean, `broker.audit` says."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert

from broker.storage.database import Database
from broker.storage.record_layout import milliseconds
from broker.storage.schema import AUDIT_EVENTS

_RANDOM_ID_BYTES = 10

_APPEND = insert(AUDIT_EVENTS)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One event. `detail` holds plain values and nothing about a person that `account_id` does not say."""

    at: datetime
    brand: str
    kind: str
    result: str
    support_code: str | None = None
    account_id: str | None = None
    client_id: str | None = None
    detail: Mapping[str, str | int | bool | None] = field(default_factory=dict)


class AuditLog:
    """Appends; there is no way to change or delete."""

    def __init__(self, database: Database, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._database = database
        self._random_bytes = random_bytes

    def append(self, row: AuditRow) -> str:
        """Stores the event and answers its id.

        Within `Database.writing` it is kept or undone with the rest.
        """
        event_id = f"{milliseconds(row.at):012x}{self._random_bytes(_RANDOM_ID_BYTES).hex()}"
        values = {
            "id": event_id,
            "at": row.at,
            "brand": row.brand,
            "kind": row.kind,
            "result": row.result,
            "support_code": row.support_code,
            "account_id": row.account_id,
            "client_id": row.client_id,
            # One spelling for one value, so that a digest over the text can be made at any time.
            "detail": json.dumps(dict(row.detail), sort_keys=True, separators=(",", ":"), ensure_ascii=False),
        }
        self._database.write_alone(_APPEND, values)
        return event_id
