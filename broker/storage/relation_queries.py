"""The statements that tell what an account reaches: every one of them looks at the grants as they are now.

Made once for each set of roles that opens some portal; a role that is not in the set is never read. The same
goes for a collectivity outside the mandate of who acts by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, distinct, false, func, or_, select

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

_G, _C, _O, _M = (table.c for table in (ROLE_GRANTS, COLLECTIVITIES, ORGANISATIONS, MEMBERSHIPS))
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

    def page(self, terms: int, *, few: bool = False) -> Prepared:
        """Rows of relations in the order of their names, behind `after`, at most `most` relations.

        `few`: that little has a word for the first term, so that it is cheaper to sort what was found than
        to walk everything in order.
        """
        return _page(self._roles, self._extent, terms, few)

    def count(self, terms: int) -> Prepared:
        """How many relations fit the terms."""
        return self.count_all if terms == 0 else _count(self._roles, self._extent, terms)

    def reached(self, terms: int) -> tuple[ColumnElement[bool], ...]:
        """That a membership is of the account, fits the terms and has a role that counts."""
        found = (_M.collectivity_id.in_(_with_words(terms)),) if terms else ()
        within = self._collectivity_within(_M.collectivity_id)
        return (_M.account_id == bindparam("of_account"), *found, *within, self._granted(_M.collectivity_id))

    def roles_of_page(self, terms: int, *, few: bool) -> Select[*tuple[Any, ...]]:
        """The statement of `page`."""
        page = (self._found(terms) if few else self._walked(terms)).limit(bindparam("most")).subquery("page")
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

    def _walked(self, terms: int) -> Select[*tuple[Any, ...]]:
        """What fits the terms, in the order of the index."""
        return (
            select(_M.account_id, _M.collectivity_id, _M.sort_key)
            .where(*self.reached(terms), _M.sort_key > bindparam("after"))
            .order_by(_M.sort_key)
        )

    def _found(self, terms: int) -> Select[*tuple[Any, ...]]:
        """What fits the terms, sorted after it was found.

        The outer join is none: what was found is a membership. It keeps SQLite from walking all of them.
        """
        found = _with_words(terms).distinct().subquery("found")
        its = found.c.collectivity_id
        key = func.coalesce(_M.sort_key, "")
        own = (_M.account_id == bindparam("of_account")) & (_M.collectivity_id == its)
        return (
            select(_M.account_id, its.label("collectivity_id"), key.label("sort_key"))
            .select_from(found)
            .outerjoin(MEMBERSHIPS, own)
            .where(self._granted(its), *self._collectivity_within(its), key > bindparam("after"))
            .order_by(key)
        )

    def _granted(self, collectivity_id: ColumnElement[str]) -> ColumnElement[bool]:
        """That there is a role that counts, told by the columns of an index alone."""
        of_account = _G.account_id == bindparam("of_account")
        return (
            select(_G.role).where(of_account, _G.collectivity_id == collectivity_id, self._counts()).exists()
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
def _page(roles: tuple[str, ...], extent: Extent, terms: int, few: bool) -> Prepared:  # noqa: FBT001 - the key of a cache
    return Prepared(relation_queries(roles, extent).roles_of_page(terms, few=few))


@lru_cache(maxsize=768)
def _count(roles: tuple[str, ...], extent: Extent, terms: int) -> Prepared:
    reached = relation_queries(roles, extent).reached(terms)
    return Prepared(select(func.count().label("number")).select_from(MEMBERSHIPS).where(*reached))


def _with_words(terms: int) -> Select[*tuple[Any, ...]]:
    """Collectivities of the account that have a word for every term.

    The first term finds, and the others are looked up for what it found: it should be the rarest.
    """
    first = MEMBERSHIP_WORDS.alias("word_0")
    others = (MEMBERSHIP_WORDS.alias(f"word_{number}") for number in range(1, terms))
    fit = (
        select(other.c.word)
        .where(other.c.collectivity_id == first.c.collectivity_id, *_begins(other, number))
        .exists()
        for number, other in enumerate(others, start=1)
    )
    return select(first.c.collectivity_id).where(*_begins(first, 0), *fit)


def _begins(words: FromClause, number: int) -> tuple[ColumnElement[bool], ...]:
    """That a word of the account begins with this term."""
    return (
        words.c.account_id == bindparam("of_account"),
        words.c.word >= bindparam(f"term_{number}"),
        words.c.word < bindparam(f"behind_{number}"),
    )


MANY: Final = 200
"""Words that fit a term, from which on everything is walked in order instead of sorted after it was found."""

MATCHES: Final = Prepared(
    select(func.count().label("number")).select_from(_with_words(1).limit(MANY).subquery("matches"))
)
"""How many words of the account fit the first term; at most `MANY`."""
