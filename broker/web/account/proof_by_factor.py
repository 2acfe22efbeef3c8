"""The second half of a proof: which factors may be shown, sending a code to one, judging what is typed."""

from __future__ import annotations

from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.outcomes import Right, Spent, SpentBy, Wrong
from broker.web.account.area import AccountArea, Visitor
from broker.web.account.memory import Proof
from broker.web.parameters import typed
from broker.web.second_factor_state import PageState
from broker.web.second_factor_ways import after_sending, factor_of, in_order


def ways_of(area: AccountArea, visitor: Visitor) -> tuple[FactorKind, ...]:
    """All that may be shown, in the order of the page."""
    account_id = visitor.account.id
    kinds = {factor.kind for factor in area.factors.service.kinds_of(account_id)}
    if kinds and area.factors.service.recovery_codes_left(account_id):
        kinds.add(FactorKind.RECOVERY)
    return in_order(kinds)


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
    factor = factor_of(service, account_id, way)
    if factor is None:
        return Spent(SpentBy.GONE)
    return service.answer(
        proof.attempt, factor, code, account_id=account_id, purpose=CodePurpose.CHANGE, now=now
    )


def sent(
    area: AccountArea, visitor: Visitor, proof: Proof, way: FactorKind, before: PageState
) -> PageState | None:
    """Send a code; what the page then says. None when this proof gets no code any more."""
    service, account_id = area.factors.service, visitor.account.id
    factor = factor_of(service, account_id, way)
    if factor is None:
        return None
    outcome = service.send_code(
        proof.attempt, factor, account_id=account_id, purpose=CodePurpose.CHANGE, now=area.pages.clock()
    )
    return after_sending(outcome, way, before)
