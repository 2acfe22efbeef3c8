"""How often somebody may type a code that binds."""

from __future__ import annotations

from typing import Final

from broker.domain.identity import EherkenningIdentity
from broker.storage.records import RecordKey, RecordKind, RecordStore

MOST_TRIES_A_DAY: Final = 10
MOST_REQUESTS_A_DAY: Final = 3
_DAY_SECONDS: Final = 86_400


class BindingGuesses:
    """Counts by person and organisation, whom eHerkenning has just vouched for: nobody shuts out another."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def may_try(self, brand: str, identity: EherkenningIdentity) -> bool:
        """Count one more code; False when there were too many today."""
        return self._count(brand, "code", identity) <= MOST_TRIES_A_DAY

    def may_ask(self, brand: str, identity: EherkenningIdentity) -> bool:
        """Count one more request for an account; False when there were too many today."""
        return self._count(brand, "request", identity) <= MOST_REQUESTS_A_DAY

    def _count(self, brand: str, what: str, identity: EherkenningIdentity) -> int:
        key = RecordKey(RecordKind.COUNTER, brand, f"eherkenning {what} {identity.key}")
        return self._records.count(key, window_seconds=_DAY_SECONDS)
