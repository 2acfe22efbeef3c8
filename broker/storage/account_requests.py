"""Requests for an account in the database: what is in one is sealed, each for its own row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

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
        return tuple(
            KeptRequest(
                row.id,
                row.brand,
                row.portal,
                row.state,
                row.created_at,
                json.loads(self._columns.open(row.content_sealed, context=_place(brand, row.id))),
            )
            for row in rows
        )


def _place(brand: str, request_id: str) -> bytes:
    return f"account_requests/{brand}/{request_id}/content".encode()
