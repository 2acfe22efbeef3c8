"""Messages that may be used once, remembered in the database.

Redis may lose its last writes when it fails over; a message that opens a session (an artifact, an
assertion) must not become usable again by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, bindparam, delete

from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import USED_MESSAGES

_PURGE = delete(USED_MESSAGES).where(USED_MESSAGES.c.expires_at <= bindparam("now"))


class UsedMessages:
    """Which messages were used up, by the SHA-256 of their id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # A login claims one message, and then two: statements of two lengths.
        self._insert = cache(self._insert_of)

    def claim(self, scope: str, message_id: str, *, expires_at: datetime) -> bool:
        """True for exactly one caller, also when the machine fails right after: then the answer was on disk.

        `scope` says what the id is unique in (``digid/cz/assertion``); `expires_at` is when the message is no
        longer valid by its own terms, after which the row may go.
        """
        return self.claim_all([(scope, message_id)], expires_at=expires_at) is None

    def claim_all(self, messages: Sequence[tuple[str, str]], *, expires_at: datetime) -> int | None:
        """The same for several (scope, message) at once: None when all are ours.

        Otherwise the place of the first that was used before; the others are used up all the same. It is one
        statement, and so a transaction by itself: PostgreSQL hears one question instead of four.
        """
        rows = [
            (scope, hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).digest())
            for scope, message_id in messages
        ]
        values: dict[str, object] = {"until": expires_at}
        for place, (scope, digest) in enumerate(rows):
            values |= {f"scope_{place}": scope, f"digest_{place}": digest}
        ours = self._database.write_returning(self._insert(len(rows)), values)
        return next((place for place, row in enumerate(rows) if row not in ours), None)

    def purge(self, now: datetime) -> int:
        """Drops what could not be valid any more; answers how many."""
        return self._database.write_alone(_PURGE, {"now": now})

    def _insert_of(self, number: int) -> Prepared:
        """Inserts `number` messages where they are not there yet, and answers with those that were not."""
        rows: list[dict[str, BindParameter[Any]]] = [
            {
                "scope": bindparam(f"scope_{place}"),
                "message_digest": bindparam(f"digest_{place}"),
                "expires_at": bindparam("until"),
            }
            for place in range(number)
        ]
        insert = self._database.new_row(USED_MESSAGES).values(rows)
        return Prepared(insert.returning(USED_MESSAGES.c.scope, USED_MESSAGES.c.message_digest))
