"""The second half of a proof: which factors may be shown by whoever gave the right password."""

from __future__ import annotations

from broker.domain.second_factors import CodePurpose
from broker.web.account.area import AccountArea, Visitor
from broker.web.account.memory import Proof
from broker.web.second_factor_ways import Showing, ways_of


def showing_of(area: AccountArea, visitor: Visitor, proof: Proof) -> Showing:
    """All that may be shown, in the order of the page; codes and guesses are counted for this proof."""
    service, account_id = area.factors.service, visitor.account.id
    kinds = dict.fromkeys(factor.kind for factor in service.kinds_of(account_id))
    ways = ways_of(service, account_id, kinds)
    return Showing(service, account_id, ways, proof.attempt, CodePurpose.CHANGE)
