"""The statements that tell what an account reaches: every one of them looks at the grants as they are now.

Made once for each set of roles that opens some portal; a role that is not in the set is never read. The same
goes for a collectivity outside the mandate of who acts by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, distinct, exists, false, func, or_, select

from broker.domain.rights import Bounds
from broker.storage.prepared import Prepared
from broker.storage.schema import (
    COLLECTIVITIES,
    LAST_RELATIONS,
    MEMBERSHIP_WORDS,
    MEMBERSHIPS,
    ORGANISATIONS,
    ROLE_GRANTS,
)

# Behind every word that begins with it, in the order of characters.
LAST_CHARACTER = "\U0010ffff"

_G, _C, _O, _M, _W = (
    table.c for table in (ROLE_GRANTS, COLLECTIVITIES, ORGANISATIONS, MEMBERSHIPS, MEMBERSHIP_WORDS)
)
_COLLECTIVITY = (
    _C.id,
    _C.number,
    _C.customer_number,
    _C.name,
    _O.kvk,
    _O.branch,
    _O.name.label("organisation_name"),
)


class Extent(Enum):
    """How far statements look: everywhere, or as far as a mandate goes."""

    EVERYWHERE = auto()
    ORGANISATION = auto()
    BRANCH = auto()


def extent_of(bounds: Bounds | None) -> Extent:
    """How far somebody may look who acts within these bounds (None: by no mandate)."""
    if bounds is None:
        return Extent.EVERYWHERE
    return Extent.ORGANISATION if bounds.branch is None else Extent.BRANCH


class RelationQueries:
    """The statements for the roles that open one portal."""

    def __init__(self, roles: Sequence[str], extent: Extent) -> None:
        self._roles = tuple(roles)
        self._extent = extent
        of_account = _G.account_id == bindparam("of_account")
        self.one = Prepared(self._rows().where(of_account, _C.id == bindparam("collectivity_id")))
        self.by_number = Prepared(self._rows().where(of_account, _C.number == bindparam("number")))
        last = self._rows().join(
            LAST_RELATIONS,
            (LAST_RELATIONS.c.account_id == _G.account_id)
            & (LAST_RELATIONS.c.collectivity_id == _G.collectivity_id),
        )
        self.last = Prepared(last.where(LAST_RELATIONS.c.account_id == bindparam("of_account")))
        self.count_all = Prepared(
            select(func.count(distinct(_G.collectivity_id)).label("number")).where(
                of_account, self._counts(), *self._collectivity_within(_G.collectivity_id)
            )
        )

    def page(self, terms: int) -> Prepared:
        """Rows of relations in the order of their names, behind `after`, at most `most` relations."""
        return _page(self._roles, self._extent, terms)

    def count(self, terms: int) -> Prepared:
        """How many relations fit the terms."""
        return self.count_all if terms == 0 else _count(self._roles, self._extent, terms)

    def reached(self, terms: int) -> tuple[ColumnElement[bool], ...]:
        """That a membership is of the account, fits the terms and has a role that counts."""
        granted = exists().where(
            _G.account_id == _M.account_id, _G.collectivity_id == _M.collectivity_id, self._counts()
        )
        found = (_M.collectivity_id.in_(_with_word(number)) for number in range(terms))
        within = self._collectivity_within(_M.collectivity_id)
        return (_M.account_id == bindparam("of_account"), *found, *within, granted)

    def roles_of_page(self, terms: int) -> Select[*tuple[Any, ...]]:
        """The statement of `page`."""
        page = (
            select(_M.account_id, _M.collectivity_id, _M.sort_key)
            .where(*self.reached(terms), _M.sort_key > bindparam("after"))
            .order_by(_M.sort_key)
            .limit(bindparam("most"))
            .subquery("page")
        )
        joined = (_G.account_id == page.c.account_id) & (_G.collectivity_id == page.c.collectivity_id)
        return (
            select(*_COLLECTIVITY, _G.role, page.c.sort_key)
            .select_from(page)
            .join(ROLE_GRANTS, joined)
            .join(COLLECTIVITIES, _C.id == page.c.collectivity_id)
            .join(ORGANISATIONS, _O.id == _C.organisation_id)
            .where(self._counts(), _C.brand == bindparam("of_brand"))
            .order_by(page.c.sort_key)
        )

    def _rows(self) -> Select[*tuple[Any, ...]]:
        """One row a role; the brand is that of the collectivity, whatever the membership says."""
        return (
            select(*_COLLECTIVITY, _G.role)
            .select_from(ROLE_GRANTS)
            .join(COLLECTIVITIES, _C.id == _G.collectivity_id)
            .join(ORGANISATIONS, _O.id == _C.organisation_id)
            .where(self._counts(), _C.brand == bindparam("of_brand"), *self._organisation_within())
        )

    def _collectivity_within(self, collectivity_id: ColumnElement[str]) -> tuple[ColumnElement[bool], ...]:
        """That a collectivity is of the organisation, or the branch, that a mandate is for."""
        within = self._organisation_within()
        if not within:
            return ()
        theirs = select(_C.id).join(ORGANISATIONS, _O.id == _C.organisation_id)
        return (collectivity_id.in_(theirs.where(_O.brand == bindparam("of_brand"), *within)),)

    def _organisation_within(self) -> tuple[ColumnElement[bool], ...]:
        of_kvk, of_branch = _O.kvk == bindparam("of_kvk"), _O.branch == bindparam("of_branch")
        match self._extent:
            case Extent.EVERYWHERE:
                return ()
            case Extent.ORGANISATION:
                return (of_kvk,)
            case Extent.BRANCH:
                return (of_kvk, of_branch)

    def _counts(self) -> ColumnElement[bool]:
        """That a grant is of one of the roles and has not ended."""
        of_role = or_(false(), *(_G.role == role for role in self._roles))
        return of_role & or_(_G.ends_at.is_(None), _G.ends_at > bindparam("now"))


@lru_cache(maxsize=192)
def relation_queries(roles: tuple[str, ...], extent: Extent = Extent.EVERYWHERE) -> RelationQueries:
    """The statements for these roles; portals are few, and each has one set."""
    return RelationQueries(roles, extent)


@lru_cache(maxsize=768)
def _page(roles: tuple[str, ...], extent: Extent, terms: int) -> Prepared:
    return Prepared(relation_queries(roles, extent).roles_of_page(terms))


@lru_cache(maxsize=768)
def _count(roles: tuple[str, ...], extent: Extent, terms: int) -> Prepared:
    reached = relation_queries(roles, extent).reached(terms)
    return Prepared(select(func.count().label("number")).select_from(MEMBERSHIPS).where(*reached))


def _with_word(number: int) -> Select[*tuple[Any, ...]]:
    return select(_W.collectivity_id).where(
        _W.account_id == bindparam("of_account"),
        _W.word >= bindparam(f"term_{number}"),
        _W.word < bindparam(f"behind_{number}"),
    )
