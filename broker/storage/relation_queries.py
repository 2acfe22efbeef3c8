"""The statements that tell what an account reaches: every one of them looks at the grants as they are now.

Made once for each set of roles that opens some portal; a role that is not in the set is never read.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, distinct, exists, false, func, or_, select

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


class RelationQueries:
    """The statements for the roles that open one portal."""

    def __init__(self, roles: Sequence[str]) -> None:
        self._roles = tuple(roles)
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
            select(func.count(distinct(_G.collectivity_id)).label("number")).where(of_account, self._counts())
        )

    def page(self, terms: int) -> Prepared:
        """Rows of relations in the order of their names, behind `after`, at most `most` relations."""
        return _page(self._roles, terms)

    def count(self, terms: int) -> Prepared:
        """How many relations fit the terms."""
        return self.count_all if terms == 0 else _count(self._roles, terms)

    def reached(self, terms: int) -> tuple[ColumnElement[bool], ...]:
        """That a membership is of the account, fits the terms and has a role that counts."""
        granted = exists().where(
            _G.account_id == _M.account_id, _G.collectivity_id == _M.collectivity_id, self._counts()
        )
        found = (_M.collectivity_id.in_(_with_word(number)) for number in range(terms))
        return (_M.account_id == bindparam("of_account"), *found, granted)

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
            .where(self._counts(), _C.brand == bindparam("of_brand"))
        )

    def _counts(self) -> ColumnElement[bool]:
        """That a grant is of one of the roles and has not ended."""
        of_role = or_(false(), *(_G.role == role for role in self._roles))
        return of_role & or_(_G.ends_at.is_(None), _G.ends_at > bindparam("now"))


@lru_cache(maxsize=64)
def relation_queries(roles: tuple[str, ...]) -> RelationQueries:
    """The statements for these roles; portals are few, and each has one set."""
    return RelationQueries(roles)


@lru_cache(maxsize=256)
def _page(roles: tuple[str, ...], terms: int) -> Prepared:
    return Prepared(relation_queries(roles).roles_of_page(terms))


@lru_cache(maxsize=256)
def _count(roles: tuple[str, ...], terms: int) -> Prepared:
    reached = relation_queries(roles).reached(terms)
    return Prepared(select(func.count().label("number")).select_from(MEMBERSHIPS).where(*reached))


def _with_word(number: int) -> Select[*tuple[Any, ...]]:
    return select(_W.collectivity_id).where(
        _W.account_id == bindparam("of_account"),
        _W.word >= bindparam(f"term_{number}"),
        _W.word < bindparam(f"behind_{number}"),
    )
