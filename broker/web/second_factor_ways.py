"""The ways in which somebody can show a second factor: at a login, and to prove once more who they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from broker.domain.accounts import AccountId
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.mfa.outcomes import Delay, NotNow, Sent
from broker.mfa.service import SecondFactors
from broker.web.second_factor_state import PageState
from broker.web.second_factor_texts import SENT_AGAIN, notice_of_delay

# The first of these that somebody has is asked for: what costs nothing and waits for nothing comes first.
_IN_ORDER: Final = (FactorKind.TOTP, FactorKind.SMS, FactorKind.VOICE, FactorKind.RECOVERY)


@dataclass(frozen=True, slots=True)
class WayView:
    """One kind of factor on the page; `tail` is the end of its number, `is_sent` whether a code is out."""

    kind: FactorKind
    tail: str = ""
    is_sent: bool = True


def in_order(kinds: Iterable[FactorKind]) -> tuple[FactorKind, ...]:
    """The kinds in the order of the page."""
    return tuple(sorted(kinds, key=_IN_ORDER.index))


def factor_of(factors: SecondFactors, account_id: AccountId, kind: FactorKind) -> SecondFactor | None:
    """The one of this kind that the account has."""
    return next((factor for factor in factors.kinds_of(account_id) if factor.kind is kind), None)


def after_sending(outcome: Sent | NotNow, way: FactorKind, before: PageState) -> PageState | None:
    """What the page then says; None when no code is sent here any more."""
    match outcome:
        case Sent(resend_after=again_at):
            notice = SENT_AGAIN if before.sent_by is way else None
            return replace(before, way=way, sent_by=way, again_at=again_at, notice=notice)
        case NotNow(reason=Delay.SPENT):
            return None
        case NotNow(retry_at=retry_at):
            until = retry_at or before.again_at
            return replace(before, way=way, again_at=until, notice=notice_of_delay(outcome))
