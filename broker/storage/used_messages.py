"""Messages that may be used once, remembered in the database.

Redis may lose its last writes when it fails over; a message that opens a session (an artifact, an
assertion) must not become usable again by that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from sqlalchemy import bindparam, delete

from broker.storage.database import Database
from broker.storage.prepared import Prepared
from broker.storage.schema import USED_MESSAGES

_PURGE = delete(USED_MESSAGES).where(USED_MESSAGES.c.expires_at <= bindparam("now"))


class UsedMessages:
    """Which messages were used up, by the SHA-256 of their id."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._insert = Prepared(database.new_row(USED_MESSAGES), *USED_MESSAGES.columns.keys())

    def claim(self, scope: str, message_id: str, *, expires_at: datetime) -> bool:
        """True for exactly one caller, also when the machine fails right after: then the answer was on disk.

        `scope` says what the id is unique in (``digid/cz/assertion``); `expires_at` is when the message is no
        longer valid by its own terms, after which the row may go.
        """
        row = {
            "scope": scope,
            "message_digest": hashlib.sha256(message_id.encode("utf-8", "surrogatepass")).digest(),
            "expires_at": expires_at,
        }
        return self._database.write_alone(self._insert, row) == 1

    def claim_all(self, messages: Sequence[tuple[str, str]], *, expires_at: datetime) -> int | None:
        """The same for several (scope, message) in one transaction: None when all are ours.

        Otherwise the place of the first that was used before; the others are used up all the same.
        """
        # A single statement is a transaction by itself.
        with self._database.writing_prepared() if len(messages) > 1 else nullcontext():
            first = [self.claim(scope, message, expires_at=expires_at) for scope, message in messages]
        return None if all(first) else first.index(False)

    def purge(self, now: datetime) -> int:
        """Drops what could not be valid any more; answers how many."""
        return self._database.write_alone(_PURGE, {"now": now})
