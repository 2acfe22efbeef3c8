"""What a provider said by a POST, kept for a minute until the same browser comes back by itself."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from broker.domain.assurance import Scheme
from broker.domain.identity import Authenticated, Cancelled, Failed, ProviderOutcome, Unavailable
from broker.login.kept_evidence import decode_evidence, encode_evidence
from broker.sessions.secrets import new_secret
from broker.storage.records import RecordKey, RecordKind, RecordStore

PARKED_FOR: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class ParkedOutcome:
    """The outcome, and the attempt that it belongs to."""

    transaction_id: str
    outcome: ProviderOutcome


class ParkedOutcomes:
    """Parks outcomes under handles that nobody can guess, and gives each out once."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def park(self, brand: str, scheme: Scheme, parked: ParkedOutcome, *, now: datetime) -> str:
        """The handle (256 random bits) by which the browser comes back."""
        handle = new_secret()
        value = {"transaction": parked.transaction_id, **_encode(parked.outcome)}
        self._records.put(
            _key(brand, scheme, handle), json.dumps(value).encode(), expires_at=now + PARKED_FOR
        )
        return handle

    def take(self, brand: str, scheme: Scheme, handle: str) -> ParkedOutcome | None:
        """What is behind the handle, for exactly one caller; whatever that caller turns out to be worth."""
        data = self._records.take(_key(brand, scheme, handle))
        if data is None:
            return None
        raw: dict[str, Any] = json.loads(data)
        return ParkedOutcome(raw["transaction"], _decode(raw))


def _encode(outcome: ProviderOutcome) -> dict[str, Any]:
    match outcome:
        case Authenticated(evidence):
            return {"evidence": encode_evidence(evidence)}
        case Cancelled():
            return {"cancelled": True}
        case Failed(reason, detail):
            return {"failed": [reason, detail]}
        case Unavailable(reason, detail):
            return {"unavailable": [reason, detail]}


def _decode(raw: dict[str, Any]) -> ProviderOutcome:
    evidence = decode_evidence(raw.get("evidence"))
    if evidence is not None:
        return Authenticated(evidence)
    if "failed" in raw:
        return Failed(*raw["failed"])
    return Unavailable(*raw["unavailable"]) if "unavailable" in raw else Cancelled()


def _key(brand: str, scheme: Scheme, handle: str) -> RecordKey:
    return RecordKey(RecordKind.PARKED_ANSWER, brand, f"{scheme.value} {handle}")
