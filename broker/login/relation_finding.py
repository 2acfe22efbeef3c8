"""For which collectivity somebody works: the one asked for, that of before, the last one, or the only one."""

from __future__ import annotations

from typing import Final

from broker.domain.accounts import AccountId
from broker.login.ports import Relations
from broker.login.progress import FoundRelation, NoRelation, SeveralRelations
from broker.login.transaction import RelationWish

# Enough to tell the only one from several.
_TWO: Final = 2


def find_relation(
    relations: Relations, account_id: AccountId, brand: str, wish: RelationWish
) -> FoundRelation:
    """Whatever is found has a role that opens the portal at this moment; each way costs one look or two."""
    holder = relations.holder(account_id, brand, wish.roles)
    if wish.asked is not None:
        return relations.by_number(holder, wish.asked) or NoRelation()
    if wish.preferred is not None and (preferred := relations.at(holder, wish.preferred)):
        return preferred
    if not wish.anew and (last := relations.last(holder)):
        return last
    some = relations.first(holder, _TWO)
    if not some:
        return NoRelation()
    return SeveralRelations() if len(some) == _TWO else some[0]
