"""Sending a code to a telephone: six random digits, good for ten minutes and one use.

Only a keyed digest of a code is kept, so a resend cannot bring the same one again: it brings a new one, and
the one before is dead from that moment, as is its message if it still waits to be sent. Guesses stay counted.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from broker.domain.accounts import AccountId
from broker.domain.events import Result, SecondFactorCodeNotSent, SecondFactorCodeSent
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.outcomes import Delay, NotNow, Sent
from broker.mfa.ports import CodeMessage, Surroundings
from broker.storage.one_time_codes import CodeOf, CodePlace, GuessesSpent, MaySend, TooManySent, TooSoon
from broker.storage.second_factors import tail_of

CODE_LIFETIME: Final = timedelta(minutes=10)
RESEND_AFTER: Final = timedelta(seconds=30)
_CODES: Final = 10**6


@dataclass(frozen=True, slots=True)
class Telephone:
    """Where a code goes: whose it is, the factor that it proves, and the number (E.164)."""

    brand: str
    account_id: AccountId
    factor_id: str
    kind: FactorKind
    number: str = field(repr=False)


def _nothing() -> None:
    """There is nothing to prepare."""


class TelephoneCodes:
    """Sends codes."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def send(
        self,
        place: CodePlace,
        purpose: CodePurpose,
        phone: Telephone,
        now: datetime,
        *,
        prepare: Callable[[], None] = _nothing,
    ) -> Sent | NotNow:
        """Send a new code, at most one in 30 seconds; `prepare` runs once it is certain that one goes out.

        Whoever may not send leaves everything as it was: the code that is out stays good.
        """
        leave = self._with.codes.reserve(place, now=now, again_at=now + RESEND_AFTER)
        match leave:
            case TooSoon(again_at=again_at):
                return NotNow(Delay.TOO_SOON, again_at)
            case TooManySent():
                return self._not_sent(purpose, phone, Delay.TOO_MANY, Delay.TOO_MANY.value)
            case GuessesSpent():
                return self._not_sent(purpose, phone, Delay.SPENT, Delay.SPENT.value)
            case MaySend():
                pass
        refused_by = self._with.budget.spend(
            brand=phone.brand,
            account_id=phone.account_id,
            number=phone.number,
            kind=phone.kind,
            now=now,
        )
        if refused_by is not None:
            return self._not_sent(purpose, phone, Delay.NOT_NOW, f"budget-{refused_by}")
        prepare()
        expires_at = now + CODE_LIFETIME
        self._send(place, purpose, phone, expires_at)
        return Sent(expires_at, leave.again_at, tail_of(phone.number))

    def _send(self, place: CodePlace, purpose: CodePurpose, phone: Telephone, expires_at: datetime) -> None:
        """The code is good before its message can arrive; a message that is not kept brings no harm."""
        code, message_id = f"{secrets.randbelow(_CODES):06d}", str(uuid4())
        bound = CodeOf(phone.account_id, phone.factor_id, code)
        before = self._with.codes.put(place, bound, expires_at=expires_at, message_id=message_id)
        message = CodeMessage(
            message_id=message_id,
            brand=phone.brand,
            kind=phone.kind,
            purpose=purpose,
            number=phone.number,
            code=code,
            expires_at=expires_at,
            supersedes=before,
        )
        with self._with.together():
            self._with.sender.send(message)
            self._with.auditor.record(
                SecondFactorCodeSent(
                    brand=phone.brand,
                    result=Result.SUCCESS,
                    account_id=phone.account_id,
                    factor=phone.kind.value,
                    purpose=purpose.value,
                    message_id=message_id,
                )
            )

    def _not_sent(self, purpose: CodePurpose, phone: Telephone, delay: Delay, reason: str) -> NotNow:
        self._with.auditor.record(
            SecondFactorCodeNotSent(
                brand=phone.brand,
                result=Result.REFUSED,
                account_id=phone.account_id,
                factor=phone.kind.value,
                purpose=purpose.value,
                reason=reason,
            )
        )
        return NotNow(delay)
