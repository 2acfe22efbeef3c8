"""What a provider found out, and what the broker concluded from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from broker.domain.accounts import AccountId
from broker.domain.assurance import Assurance
from broker.domain.bsn import Bsn


@dataclass(frozen=True, slots=True)
class DigidIdentity:
    """The person whom DigiD vouches for."""

    bsn: Bsn


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a provider returned: verified, not yet decided upon.

    `authenticated_at` is the moment the provider states (AuthnInstant), aware UTC.
    `upstream_session` is the provider's SessionIndex, kept for audit and single logout.
    """

    brand: str
    identity: DigidIdentity
    assurance: Assurance
    authenticated_at: datetime
    upstream_session: str


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The provider vouches for somebody."""

    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person turned back, or did not complete the login (DigiD cannot tell these apart)."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer is refused. `reason` is a stable code; `detail` is for the log, never for the screen."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The provider gave no answer in time, or was not asked. `reason` and `detail` as with `Failed`."""

    reason: str
    detail: str


ProviderOutcome = Authenticated | Cancelled | Failed | Unavailable


@dataclass(frozen=True, slots=True)
class Authentication:
    """What the broker states to portals about one login."""

    account_id: AccountId
    brand: str
    assurance: Assurance
    authenticated_at: datetime
