"""The second half of a proof: which factors may be shown, sending a code to one, judging what is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from broker.domain.second_factors import CodePurpose, FactorKind, SecondFactor
from broker.mfa.outcomes import Delay, NotNow, Right, Sent, Spent, SpentBy, Wrong
from broker.web.account.area import AccountArea, Visitor
from broker.web.account.memory import Proof
from broker.web.second_factor_state import PageState
from broker.web.second_factor_texts import SENT_AGAIN, notice_of_delay
from broker.web.second_factor_visit import typed

BY_TELEPHONE: Final = frozenset({FactorKind.SMS, FactorKind.VOICE})
# What costs nothing and waits for nothing comes first.
_IN_ORDER: Final = (FactorKind.TOTP, FactorKind.SMS, FactorKind.VOICE, FactorKind.RECOVERY)


def ways_of(area: AccountArea, visitor: Visitor) -> tuple[FactorKind, ...]:
    """All that may be shown, in the order of the page."""
    account_id = visitor.account.id
    kinds = {factor.kind for factor in area.factors.service.kinds_of(account_id)}
    if kinds and area.factors.service.recovery_codes_left(account_id):
        kinds.add(FactorKind.RECOVERY)
    return tuple(sorted(kinds, key=_IN_ORDER.index))


def typed_way(area: AccountArea, visitor: Visitor) -> FactorKind | None:
    """The way that the form names, if this person may go it."""
    return next((way for way in ways_of(area, visitor) if way.value == typed("way")), None)


def judged_code(
    area: AccountArea, visitor: Visitor, proof: Proof, way: FactorKind, code: str
) -> Right | Wrong | Spent:
    """What the code is worth; it counts among the guesses of this proof."""
    service, account_id, now = area.factors.service, visitor.account.id, area.pages.clock()
    if way is FactorKind.RECOVERY:
        return service.use_recovery_code(proof.attempt, account_id, code, now, purpose=CodePurpose.CHANGE)
    factor = _factor(area, visitor, way)
    if factor is None:
        return Spent(SpentBy.GONE)
    return service.answer(
        proof.attempt, factor, code, account_id=account_id, purpose=CodePurpose.CHANGE, now=now
    )


def sent(
    area: AccountArea, visitor: Visitor, proof: Proof, way: FactorKind, before: PageState
) -> PageState | None:
    """Send a code; what the page then says. None when this proof gets no code any more."""
    factor = _factor(area, visitor, way)
    if factor is None:
        return None
    outcome = area.factors.service.send_code(
        proof.attempt,
        factor,
        account_id=visitor.account.id,
        purpose=CodePurpose.CHANGE,
        now=area.pages.clock(),
    )
    match outcome:
        case Sent(resend_after=again_at):
            notice = SENT_AGAIN if before.sent_by is way else None
            return replace(before, way=way, sent_by=way, again_at=again_at, notice=notice)
        case NotNow(reason=Delay.SPENT):
            return None
        case NotNow(retry_at=retry_at):
            until = retry_at or before.again_at
            return replace(before, way=way, again_at=until, notice=notice_of_delay(outcome))


def _factor(area: AccountArea, visitor: Visitor, kind: FactorKind) -> SecondFactor | None:
    found = area.factors.service.kinds_of(visitor.account.id)
    return next((factor for factor in found if factor.kind is kind), None)
