"""The one place where rights are computed. Nobody has any, but for a grant that counts at this moment.

A right needs all of these, and none of them is remembered from an earlier look: a grant of the account for
the collectivity that has not ended, a role that the brand's catalogue knows and that the portal opens to, and
one brand for account, collectivity and portal. Who acts by a mandate reaches no collectivity beyond it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from broker.collectivities.ports import Relations
from broker.domain.accounts import AccountId
from broker.domain.clock import Clock
from broker.domain.collectivity import CollectivityId, CollectivityNumber, InvalidReference
from broker.domain.representation import Representation
from broker.domain.rights import Bounds, Holder, Relation, RelationPage
from broker.domain.roles import RoleCatalogue, RoleId
from broker.domain.search_words import sort_key, terms_of

MOST_A_PAGE: Final = 50
_BEGINNING: Final = ""
_LONGEST_CURSOR: Final = 1024


class BadCursor(ValueError):
    """The text is not where a page of ours ended."""


class Rights:
    """Answers what an account reaches at a portal."""

    def __init__(self, relations: Relations, catalogues: Mapping[str, RoleCatalogue], clock: Clock) -> None:
        self._relations = relations
        self._catalogues = catalogues
        self._clock = clock

    def holder(
        self,
        account_id: AccountId,
        brand: str,
        opens: Iterable[RoleId],
        represents: Representation | None = None,
    ) -> Holder:
        """Whose rights are asked: with the roles that open a portal, as far as its brand knows them.

        `represents` is the party of a represented login. A collectivity is of an organisation with a KvK
        number, so that who acts for a party without one reaches none.
        """
        catalogue = self._catalogues.get(brand, RoleCatalogue())
        roles = tuple(role.id for role in catalogue.known(opens))
        if represents is None:
            return Holder(account_id, brand, roles)
        kvk = represents.subject.kvk
        if kvk is None:
            return Holder(account_id, brand, ())
        return Holder(account_id, brand, roles, Bounds(kvk, represents.branch))

    def at(self, holder: Holder, collectivity_id: CollectivityId) -> Relation | None:
        """What the account may there; None when that is nothing."""
        return self._in_order(holder, self._relations.one(holder, collectivity_id, self._clock()))

    def by_number(self, holder: Holder, number: str) -> Relation | None:
        """The same by the number of the collectivity; None also for what is no number."""
        try:
            wanted = CollectivityNumber(number)
        except InvalidReference:
            return None
        return self._in_order(holder, self._relations.by_number(holder, wanted, self._clock()))

    def last(self, holder: Holder) -> Relation | None:
        """Where the account worked last, if it still may."""
        return self._in_order(holder, self._relations.last(holder, self._clock()))

    def first(self, holder: Holder, most: int) -> tuple[Relation, ...]:
        """At most `most` relations, in the order of their names."""
        found = self._relations.page(holder, (), after=_BEGINNING, most=most, now=self._clock())
        return tuple(self._ordered(holder, relation) for relation in found)

    def count(self, holder: Holder) -> int:
        """How many collectivities the account reaches."""
        return self._relations.count(holder, (), self._clock())

    def search(self, holder: Holder, typed: str, *, most: int, cursor: str | None = None) -> RelationPage:
        """Relations whose name or number begins, word by word, with what was typed; everything for nothing.

        `BadCursor` unless `cursor` is one that a page before this gave.
        """
        terms, after, now = terms_of(typed), _opened(cursor), self._clock()
        if typed.strip() and not terms:
            return RelationPage((), 0)
        wanted = min(most, MOST_A_PAGE)
        found = self._relations.page(holder, terms, after=after, most=wanted + 1, now=now)
        is_all = cursor is None and len(found) <= wanted
        total = len(found) if is_all else self._relations.count(holder, terms, now)
        shown = tuple(self._ordered(holder, relation) for relation in found[:wanted])
        return RelationPage(shown, total, _closed(shown[-1]) if len(found) > wanted else None)

    def remember(self, account_id: AccountId, collectivity_id: CollectivityId) -> None:
        """Let the next login begin with this collectivity."""
        self._relations.remember(account_id, collectivity_id, self._clock())

    def _in_order(self, holder: Holder, relation: Relation | None) -> Relation | None:
        return None if relation is None else self._ordered(holder, relation)

    def _ordered(self, holder: Holder, relation: Relation) -> Relation:
        """The roles in the order of the catalogue."""
        return replace(relation, roles=tuple(role for role in holder.roles if role in relation.roles))


def _closed(last: Relation) -> str:
    key = sort_key(last.name, last.number.number)
    return base64.urlsafe_b64encode(key.encode()).rstrip(b"=").decode()


def _opened(cursor: str | None) -> str:
    if cursor is None:
        return _BEGINNING
    if len(cursor) > _LONGEST_CURSOR or not cursor.isascii():
        raise BadCursor("not a cursor")
    try:
        plain = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise BadCursor("not a cursor") from error
    if "\0" in plain:
        raise BadCursor("not a cursor")
    return plain
