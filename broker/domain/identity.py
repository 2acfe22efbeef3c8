"""What a provider found out, and what the broker concluded from it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from broker.domain.accounts import AccountId
from broker.domain.assurance import Assurance, Level, Scheme
from broker.domain.bsn import Bsn
from broker.domain.representation import LegalSubject, Representation


@dataclass(frozen=True, slots=True)
class DigidIdentity:
    """The person whom DigiD vouches for."""

    bsn: Bsn


@dataclass(frozen=True, slots=True)
class EherkenningIdentity:
    """The person whom eHerkenning vouches for, at one organisation.

    `pseudonym` is another one at each organisation that the same person acts for (Afsprakenstelsel, specific
    pseudonym), so that only together with the `organisation` it says who this is.
    """

    pseudonym: str = field(repr=False)
    organisation: LegalSubject

    @property
    def key(self) -> str:
        """What tells this identity from every other one of the brand."""
        return f"{self.organisation.key}|{self.pseudonym}"


@dataclass(frozen=True, slots=True)
class AccountIdentity:
    """The person who owns this account of ours, as shown by what only they know or have."""

    account_id: AccountId


Identity = DigidIdentity | EherkenningIdentity | AccountIdentity


@dataclass(frozen=True, slots=True)
class UpstreamSession:
    """A login as the provider itself calls it: what to name when it is to be ended there.

    `scheme` is that of the provider; a session may meanwhile have gone on by another. `index` is the
    SessionIndex; the rest is the NameID of the login, which is no identity (eHerkenning makes one up each
    time). What the provider does not state is empty.
    """

    scheme: Scheme
    index: str = ""
    subject: str = field(default="", repr=False)
    subject_format: str = ""
    subject_qualifier: str = ""

    def encode(self) -> list[str]:
        """As a JSON list of texts."""
        return [self.scheme.value, self.index, self.subject, self.subject_format, self.subject_qualifier]

    @classmethod
    def decode(cls, raw: Sequence[str] | None) -> UpstreamSession | None:
        """Read what `encode` made; None for nothing."""
        return None if raw is None else cls(Scheme(raw[0]), *raw[1:])


_MARK_LENGTH = 32


def password_mark(stored: str) -> str:
    """What tells a stored password (its hash) from any other: 32 hexadecimal digits that prove nothing."""
    return hashlib.sha256(stored.encode()).hexdigest()[:_MARK_LENGTH]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a provider returned: verified, not yet decided upon.

    `authenticated_at` is the moment the provider states (AuthnInstant), aware UTC.
    `upstream_session` is what the provider calls the login, kept for logging out there; None where there is
    nothing to end. `password_mark` is that of the stored password which was judged; None where there was
    none, as for what a running session lends. `represents` is the party for whom the person acts; None when
    people act for themselves.
    """

    brand: str
    identity: Identity
    assurance: Assurance
    authenticated_at: datetime
    upstream_session: UpstreamSession | None = None
    password_mark: str | None = field(default=None, repr=False)
    represents: Representation | None = None

    @property
    def bsn(self) -> Bsn | None:
        """The BSN, which DigiD alone gives."""
        return self.identity.bsn if isinstance(self.identity, DigidIdentity) else None

    def strengthened(self, level: Level, at: datetime) -> Evidence:
        """The same after more was proven, which completed the login at that moment; it never gets weaker."""
        raised = Assurance(self.assurance.scheme, level)
        stronger = raised if raised.meets(self.assurance) else self.assurance
        return replace(self, assurance=stronger, authenticated_at=at)


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
