"""What second factors need from elsewhere."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from broker.domain.accounts import AccountId
from broker.domain.auditing import Auditor
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.storage.allowances import Allowances
from broker.storage.one_time_codes import OneTimeCodes
from broker.storage.records import RecordStore
from broker.storage.second_factors import SecondFactorRepository


@dataclass(frozen=True, slots=True)
class CodeMessage:
    """A code for somebody's telephone. `message_id` is a UUID; `supersedes` is the message before it."""

    message_id: str
    brand: str
    kind: FactorKind
    purpose: CodePurpose
    number: str = field(repr=False)
    code: str = field(repr=False)
    expires_at: datetime
    supersedes: str | None


@dataclass(frozen=True, slots=True)
class NumberNotice:
    """Tells a telephone that no codes of this account come there any more. `message_id` is a UUID."""

    message_id: str
    brand: str
    kind: FactorKind
    number: str = field(repr=False)
    expires_at: datetime


class CodeSender(Protocol):
    """Queues texts and calls, within the transaction at hand and in the language of the person at hand."""

    def send(self, message: CodeMessage) -> None:
        """Queue a code, and take back the one that it supersedes."""

    def notify(self, notice: NumberNotice) -> None:
        """Queue a notice, which holds no code."""


class SmsBudget(Protocol):
    """Says whether a text or call may still be paid for: by number, account, network, prefix and in all."""

    def spend(
        self, *, brand: str, account_id: AccountId, number: str, kind: FactorKind, now: datetime
    ) -> str | None:
        """Count one more and answer None, or count nothing and answer which budget is used up (a code)."""


class FactorLetters(Protocol):
    """Tells people by mail what changed about their second factors."""

    def factor_added(self, account_id: AccountId, kind: FactorKind, *, replaces: bool) -> None:
        """Queue the mail, within the transaction at hand; `replaces`: one of its kind was there before."""


class Together(Protocol):
    """One database transaction for all that is written within it."""

    def __call__(self, *, lock: str | None = None) -> AbstractContextManager[object]:
        """Begin it; `lock` names what must not happen twice at once, in any process."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What second factors are made with."""

    factors: SecondFactorRepository
    codes: OneTimeCodes
    records: RecordStore
    allowances: Allowances
    sender: CodeSender
    budget: SmsBudget
    auditor: Auditor
    together: Together


def lock_of(account_id: AccountId) -> str:
    """What must not happen twice at once to an account: that its factors change."""
    return f"second factors {account_id}"
