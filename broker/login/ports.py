"""What the login needs from elsewhere, stated as small Protocols."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from broker.domain.accounts import Account, AccountId
from broker.domain.assurance import Scheme
from broker.domain.bsn import Bsn
from broker.domain.events import SecurityEvent
from broker.login.guarded_provider import GuardedProvider


class Accounts(Protocol):
    """Finds accounts; one look-up costs the same however many there are."""

    def find_by_digid(self, brand: str, bsn: Bsn) -> Account | None:
        """The account of this person at this brand."""

    def get(self, account_id: AccountId) -> Account | None:
        """The account of this id."""


class Auditor(Protocol):
    """Writes an event down, or raises and so stops the act."""

    def record(self, event: SecurityEvent) -> None:
        """Return only when the event is stored."""


Providers = Mapping[tuple[str, Scheme], GuardedProvider]
"""Which provider serves a brand for a scheme, behind its switches."""
