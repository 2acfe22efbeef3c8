"""Requests for an account in the database: what is in one is sealed, each for its own row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from broker.domain.clock import Clock
from broker.storage.database import Database
from broker.storage.schema import ACCOUNT_REQUESTS
from broker.storage.sealing import Sealer

_R = ACCOUNT_REQUESTS.c


@dataclass(frozen=True, slots=True)
class KeptRequest:
    """One request as it was made; `content` is what its maker gave to `add`."""

    id: str
    brand: str
    portal: str
    state: str
    created_at: datetime
    content: Mapping[str, Any] = field(repr=False)


class AccountRequestRepository:
    """Keeps requests."""

    def __init__(self, database: Database, columns: Sealer, clock: Clock) -> None:
        self._database = database
        self._columns = columns
        self._clock = clock

    def add(self, request_id: str, brand: str, portal: str, content: Mapping[str, Any]) -> None:
        """Keep a new one, to be decided upon."""
        sealed = self._columns.seal(json.dumps(content).encode(), context=_place(brand, request_id))
        with self._database.writing() as connection:
            connection.execute(
                insert(ACCOUNT_REQUESTS).values(
                    id=request_id,
                    brand=brand,
                    portal=portal,
                    state="received",
                    content_sealed=sealed,
                    created_at=self._clock(),
                )
            )

    def waiting(self, brand: str) -> tuple[KeptRequest, ...]:
        """Those of a brand that nobody decided upon yet, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                select(ACCOUNT_REQUESTS)
                .where(_R.brand == brand, _R.state == "received")
                .order_by(_R.created_at, _R.id)
            ).all()
        return tuple(self._read(row) for row in rows)

    def find(self, brand: str, request_id: str) -> KeptRequest | None:
        """One that nobody decided upon yet."""
        with self._database.reading() as connection:
            row = connection.execute(
                select(ACCOUNT_REQUESTS).where(_R.brand == brand, _R.id == request_id, _R.state == "received")
            ).first()
        return None if row is None else self._read(row)

    def decide(self, brand: str, request_id: str, *, approved: bool) -> bool:
        """Close one and wipe what was written in it; False when somebody else did so first."""
        nothing = self._columns.seal(b"{}", context=_place(brand, request_id))
        with self._database.writing() as connection:
            closed = connection.execute(
                update(ACCOUNT_REQUESTS)
                .where(_R.brand == brand, _R.id == request_id, _R.state == "received")
                .values(state="approved" if approved else "refused", content_sealed=nothing)
            )
        return bool(closed.rowcount)

    def _read(self, row: Row[Any]) -> KeptRequest:
        content = self._columns.open(row.content_sealed, context=_place(row.brand, row.id))
        return KeptRequest(row.id, row.brand, row.portal, row.state, row.created_at, json.loads(content))


def _place(brand: str, request_id: str) -> bytes:
    return f"account_requests/{brand}/{request_id}/content".encode()
