"""The second half of a proof: which factors may be shown by whoever gave the right password."""

from __future__ import annotations

from broker.domain.second_factors import CodePurpose, FactorKind
from broker.web.account.area import AccountArea, Visitor
from broker.web.account.memory import Proof
from broker.web.second_factor_ways import Showing, ways_of


def own_ways(area: AccountArea, visitor: Visitor) -> tuple[FactorKind, ...]:
    """All that may be shown, in the order of the page."""
    service, account_id = area.factors.service, visitor.account.id
    kinds = dict.fromkeys(factor.kind for factor in service.kinds_of(account_id))
    return ways_of(service, account_id, kinds)


def showing_of(area: AccountArea, visitor: Visitor, proof: Proof) -> Showing:
    """Codes and guesses are counted for this proof."""
    service, ways = area.factors.service, own_ways(area, visitor)
    return Showing(service, visitor.account.id, ways, proof.attempt, CodePurpose.CHANGE)
