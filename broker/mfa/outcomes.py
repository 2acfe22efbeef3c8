"""What comes of asking for a code, of typing one, and of setting a factor up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from broker.domain.second_factors import FactorKind
from broker.mfa.phone_numbers import PhoneFault


@dataclass(frozen=True, slots=True)
class Sent:
    """A code is on its way and works until `expires_at`; another may be asked for from `resend_after` on.

    `number_tail` is the end of the number, for its owner to know which telephone to look at.
    """

    expires_at: datetime
    resend_after: datetime
    number_tail: str


class Delay(StrEnum):
    """Why no code was sent."""

    TOO_SOON = "too-soon"
    TOO_MANY = "too-many"
    NOT_NOW = "not-now"
    """A budget is used up. Whose or which is nobody's business: other ways to prove oneself are open."""
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class NotNow:
    """No code was sent. `retry_at` is known for `Delay.TOO_SOON` alone; a code that is out stays good."""

    reason: Delay
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Right:
    """The code was right, for this caller and no other."""

    kind: FactorKind


@dataclass(frozen=True, slots=True)
class Wrong:
    """The code was not right; `left` more may be tried in this attempt.

    `expired`: no code is good at this moment, so that none could be; ask for another.
    """

    left: int
    expired: bool = False


class SpentBy(StrEnum):
    """Why a code is not judged."""

    GUESSES = "guesses"
    DAY = "day"
    """Too many wrong ones today, with this kind of factor for this account."""
    GONE = "gone"
    """There is nothing to confirm: never begun, cancelled, expired or confirmed already."""
    OVERTAKEN = "overtaken"
    """The account's factors changed since this enrolment began, so that it proves too little now."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Nothing was judged, and in this attempt nothing will be, a right code neither."""

    reason: SpentBy = SpentBy.GUESSES


@dataclass(frozen=True, slots=True)
class BadNumber:
    """The number cannot get codes; nothing was sent."""

    fault: PhoneFault


@dataclass(frozen=True, slots=True)
class TotpOffer:
    """What an authenticator app needs, shown once: the secret as text, as address, and as QR code (SVG)."""

    secret_text: str = field(repr=False)
    uri: str = field(repr=False)
    qr_svg: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The factor is set up. `recovery_codes`: with the first factor of an account; shown once."""

    kind: FactorKind
    recovery_codes: tuple[str, ...] = field(repr=False)
