"""What the breaker remembers about one provider of one brand, shared by all workers through the records."""

from __future__ import annotations

from datetime import datetime, timedelta

from broker.domain.assurance import Scheme
from broker.login.breaker import COUNTING_WINDOW_SECONDS, ONE_CALL, REMEMBERED_FOR, Trouble
from broker.storage.records import RecordKey, RecordKind, RecordStore

_COUNTING = b"counting"


class BreakerMemory:
    """Each method is one round trip; away is `StorageUnavailable`, as everywhere."""

    def __init__(self, records: RecordStore, brand: str, scheme: Scheme) -> None:
        self._records = records
        self._brand = brand
        self._scheme = scheme

    def trouble(self) -> Trouble | None:
        """What the last failure left."""
        found = self._records.get(self._key(RecordKind.BREAKER, "trouble"))
        if found is None:
            return None
        return Trouble() if found == _COUNTING else Trouble(datetime.fromisoformat(found.decode()))

    def count_failure(self) -> int:
        """One more; how many there are in the window that the first of them began."""
        return self._records.count(
            self._key(RecordKind.COUNTER, "failures"), window_seconds=COUNTING_WINDOW_SECONDS
        )

    def remember(self, trouble: Trouble, now: datetime) -> None:
        """Replace what is known."""
        value = trouble.barred_until.isoformat().encode() if trouble.barred_until else _COUNTING
        until = trouble.forgotten_at or now + timedelta(seconds=COUNTING_WINDOW_SECONDS)
        self._records.put(self._key(RecordKind.BREAKER, "trouble"), value, expires_at=until)

    def forget(self) -> None:
        """The provider answered: all is well."""
        self._records.delete(self._key(RecordKind.COUNTER, "failures"))
        self._records.delete(self._key(RecordKind.BREAKER, "trouble"))
        self.give_turn_back()

    def count_asker(self, lifted_at: datetime) -> int:
        """One more person who wants to go there; how many there are since the bar was lifted then."""
        return self._records.count(
            self._key(RecordKind.COUNTER, f"askers {lifted_at.isoformat()}"),
            window_seconds=int(REMEMBERED_FOR.total_seconds()),
        )

    def take_turn(self, now: datetime) -> bool:
        """True for one caller, who may call the provider."""
        return self._records.set_once(
            self._key(RecordKind.BREAKER, "call"), b"taken", expires_at=now + ONE_CALL
        )

    def give_turn_back(self) -> None:
        """The call is over, or was none: let the next one call."""
        self._records.delete(self._key(RecordKind.BREAKER, "call"))

    def _key(self, kind: RecordKind, name: str) -> RecordKey:
        return RecordKey(kind, self._brand, f"{self._scheme.value} {name}")
