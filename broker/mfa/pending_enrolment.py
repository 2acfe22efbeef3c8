"""A second factor that waits for its first code: a sealed record in Redis, and nothing anywhere else."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self
from uuid import uuid4

from broker.domain.accounts import Account, AccountId
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.storage.records import RecordKey, RecordKind, RecordStore

LIFETIME: Final = timedelta(minutes=30)
"""Long enough to install an app first."""

_NO_SCOPE: Final = "-"


@dataclass(frozen=True, slots=True)
class PendingEnrolment:
    """What will be kept once a code has confirmed it.

    `secret` is the key of an app, or a telephone number; `owned` are the factors that the account had when
    this began: with others than these it proves too little.
    """

    id: str
    brand: str
    account_id: AccountId
    kind: FactorKind
    secret: bytes = field(repr=False)
    owned: tuple[str, ...]

    @classmethod
    def begin(
        cls, account: Account, kind: FactorKind, secret: bytes, owned: tuple[SecondFactor, ...]
    ) -> Self:
        """A new one, with an id of its own that its codes are bound to."""
        ids = tuple(sorted(factor.id for factor in owned))
        return cls(str(uuid4()), account.brand, account.id, kind, secret, ids)

    @property
    def number(self) -> str:
        """The telephone number."""
        return self.secret.decode("ascii")

    def is_still_about(self, owned: tuple[SecondFactor, ...]) -> bool:
        """Whether the account has the same factors as when this began."""
        return tuple(sorted(factor.id for factor in owned)) == self.owned

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps(
            {
                "id": self.id,
                "brand": self.brand,
                "account_id": self.account_id,
                "kind": self.kind.value,
                "secret": base64.b64encode(self.secret).decode(),
                "owned": self.owned,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            id=raw["id"],
            brand=raw["brand"],
            account_id=AccountId(raw["account_id"]),
            kind=FactorKind(raw["kind"]),
            secret=base64.b64decode(raw["secret"]),
            owned=tuple(raw["owned"]),
        )


class PendingEnrolments:
    """Keeps one for each attempt."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def keep(self, attempt: str, pending: PendingEnrolment, *, now: datetime) -> None:
        """Keep it in the place of an earlier one, which nothing can confirm any more."""
        self._records.put(_key(attempt), pending.encode(), expires_at=now + LIFETIME)

    def find(self, attempt: str) -> PendingEnrolment | None:
        """What waits for a code in this attempt."""
        found = self._records.get(_key(attempt))
        return PendingEnrolment.decode(found) if found is not None else None

    def take(self, attempt: str, pending: PendingEnrolment) -> bool:
        """Take it out: True for one caller, and only when it is this one that waits there."""
        taken = self._records.take(_key(attempt))
        return taken is not None and PendingEnrolment.decode(taken) == pending

    def forget(self, attempt: str) -> bool:
        """Drop it; True when it was there."""
        return self._records.delete(_key(attempt))


def _key(attempt: str) -> RecordKey:
    return RecordKey(RecordKind.SECOND_FACTOR_ENROLMENT, _NO_SCOPE, attempt)
