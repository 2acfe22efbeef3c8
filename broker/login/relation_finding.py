"""For which collectivity somebody works: the one asked for, that of before, the last one, or the only one."""

from __future__ import annotations

from typing import Final

from broker.login.ports import Relations
from broker.login.progress import FindRelation, FoundRelation, NoRelation, SeveralRelations

# Enough to tell the only one from several.
_TWO: Final = 2


def find_relation(relations: Relations, brand: str, wanted: FindRelation) -> FoundRelation:
    """Whatever is found has a role that opens the portal at this moment; each way costs one look or two."""
    wish = wanted.wish
    holder = relations.holder(wanted.account_id, brand, wish.roles, wanted.represents)
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
