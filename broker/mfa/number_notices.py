"""A notice to a telephone that is no longer a second factor: who did not do this hears of it there (B4-10).

The mail that is sent besides may be read by whoever took the mailbox over; the old number is theirs alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from broker.domain.events import Result, SecondFactorNoticeNotSent, SecondFactorNoticeSent
from broker.domain.second_factors import BY_TELEPHONE, SecondFactor
from broker.mfa.ports import NumberNotice, Surroundings

_WORTH_SENDING_FOR: Final = timedelta(days=1)


class NumberNotices:
    """Tells old numbers, as far as the budgets for texts and calls allow."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def tell(self, factor: SecondFactor, now: datetime, *, new_number: str | None = None) -> None:
        """Queue the notice for a factor that is about to go, within the transaction at hand.

        An app has no number, and a number that is confirmed anew (`new_number`, E.164) does not go.
        """
        secret = self._with.factors.secret(factor.id) if factor.kind in BY_TELEPHONE else None
        if secret is None or secret.number == new_number:
            return
        refused_by = self._with.budget.spend(
            brand=secret.brand,
            account_id=secret.account_id,
            number=secret.number,
            kind=secret.kind,
            now=now,
        )
        if refused_by is not None:
            self._with.auditor.record(
                SecondFactorNoticeNotSent(
                    brand=secret.brand,
                    result=Result.REFUSED,
                    account_id=secret.account_id,
                    factor=secret.kind.value,
                    reason=f"budget-{refused_by}",
                )
            )
            return
        notice = NumberNotice(
            str(uuid4()), secret.brand, secret.kind, secret.number, now + _WORTH_SENDING_FOR
        )
        self._with.sender.notify(notice)
        self._with.auditor.record(
            SecondFactorNoticeSent(
                brand=secret.brand,
                result=Result.SUCCESS,
                account_id=secret.account_id,
                factor=secret.kind.value,
                message_id=notice.message_id,
            )
        )
