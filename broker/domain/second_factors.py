"""What people can show beside a password: the kinds, and one factor that somebody set up."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from broker.domain.accounts import AccountId


class FactorKind(StrEnum):
    """One kind of second factor. A recovery code stands in for another one and is never chosen."""

    TOTP = "totp"
    SMS = "sms"
    VOICE = "voice"
    RECOVERY = "recovery"


BY_TELEPHONE: Final = (FactorKind.SMS, FactorKind.VOICE)
"""The kinds whose code goes to a number: by text before by call."""


class CodePurpose(StrEnum):
    """What a code is asked for; one that was sent for the one is refused for the other."""

    LOGIN = "login"
    ENROLMENT = "enrolment"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """A factor that somebody set up. `label` is what its owner recognises it by, never the whole number."""

    id: str
    account_id: AccountId
    kind: FactorKind
    label: str = field(repr=False)
    created_at: datetime
