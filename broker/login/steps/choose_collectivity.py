"""At a portal of organisations somebody works for one collectivity, in which they have a role."""

from __future__ import annotations

from broker.domain.accounts import Account
from broker.domain.representation import Representation
from broker.domain.rights import Relation
from broker.login.policy import relation_opens
from broker.login.progress import (
    AskCollectivity,
    Decision,
    FindRelation,
    NoRelation,
    Progress,
    Refuse,
    SeveralRelations,
)
from broker.login.transaction import RelationWish


def choose_collectivity(progress: Progress) -> Decision | None:
    """Ask the store once, let the person choose among several, and refuse whoever has no role.

    Whether a collectivity does not exist, belongs to another brand or is out of reach is one answer.
    """
    wish, account = progress.wish.relation, progress.account
    if wish is None or not isinstance(account, Account):
        return None
    match progress.relation:
        case None:
            return FindRelation(account.id, wish, _represented(progress))
        case NoRelation():
            return Refuse(_nothing_there(progress, wish))
        case SeveralRelations():
            return Refuse("choice-required") if progress.wish.silent else AskCollectivity(account.id)
        case Relation() as relation:
            return _with_role(relation, wish)


def _nothing_there(progress: Progress, wish: RelationWish) -> str:
    """Why nothing is reached: a role may be missing only where the mandate of this login goes."""
    if wish.asked is not None:
        return "collectivity-not-reachable"
    return "no-role" if _represented(progress) is None else "no-role-within-mandate"


def _represented(progress: Progress) -> Representation | None:
    """The party of this login, or else of the running one: a mandate bounds what is reached by it."""
    source = progress.evidence or progress.earlier
    return None if source is None else source.represents


def _with_role(relation: Relation, wish: RelationWish) -> Decision | None:
    """Refuse somebody without a role that opens the portal, or without one for what it wants to do."""
    return None if relation_opens(relation, wish) else Refuse("no-role")
