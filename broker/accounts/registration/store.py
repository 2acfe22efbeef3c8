"""Keeps registrations: one record for each person and brand, changed by one request at a time."""

from __future__ import annotations

from typing import NamedTuple

from broker.accounts.registration.pending import MOST_MAILS_A_DAY, PendingRegistration
from broker.domain.bsn import Bsn
from broker.storage.records import RecordKey, RecordKind, RecordStore

_DAY_SECONDS = 24 * 3600


class Held(NamedTuple):
    """A registration and the version of its record, which `PendingRegistrations.change` compares."""

    registration: PendingRegistration
    version: int


class PendingRegistrations:
    """Finds and changes registrations. The person stands in no key: names of records are keyed hashes."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def find(self, brand: str, bsn: Bsn) -> Held | None:
        """What this person began at this brand and neither finished nor left for a day."""
        found = self._records.get_versioned(_key(brand, bsn))
        return Held(PendingRegistration.decode(found.value), found.version) if found else None

    def begin(self, registration: PendingRegistration) -> bool:
        """Keep a new one; False when the person has one already."""
        key = _key(registration.brand, registration.bsn)
        return self._records.set_once(key, registration.encode(), expires_at=registration.expires_at)

    def change(self, held: Held, changed: PendingRegistration) -> bool:
        """Replace it; False when another request was faster or it is gone."""
        return self._records.replace(
            _key(changed.brand, changed.bsn),
            expected_version=held.version,
            value=changed.encode(),
            expires_at=changed.expires_at,
        )

    def drop(self, held: Held) -> bool:
        """Drop it; False when another request was faster or it is gone."""
        registration = held.registration
        key = _key(registration.brand, registration.bsn)
        return self._records.drop(key, expected_version=held.version)

    def forget(self, brand: str, bsn: Bsn) -> bool:
        """Drop it; True when it was there."""
        return self._records.delete(_key(brand, bsn))

    def may_mail(self, brand: str, bsn: Bsn) -> bool:
        """Count one more mail for this person, and say whether it is within the day's limit."""
        counter = RecordKey(RecordKind.COUNTER, brand, f"registration-mails digid {bsn.number}")
        return self._records.count(counter, window_seconds=_DAY_SECONDS) <= MOST_MAILS_A_DAY


def _key(brand: str, bsn: Bsn) -> RecordKey:
    return RecordKey(RecordKind.REGISTRATION, brand, f"digid {bsn.number}")
