"""What the OpenID Provider tells about rights: computed anew for every token, answer and question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from broker.domain.accounts import AccountId
from broker.domain.assurance import Assurance
from broker.domain.collectivity import CollectivityId, ContactDetails
from broker.domain.representation import Representation
from broker.domain.rights import Holder, Relation, RelationPage
from broker.domain.roles import RoleId
from broker.oidc.clients import Client

MOST_LISTED: Final = 25
"""Collectivities that a token lists; of more it tells the number, and the search endpoint tells the rest."""


@dataclass(frozen=True, slots=True)
class Acting:
    """For which collectivity a grant is; it belongs to the grant, so that two tabs never share it.

    `actions` are what the portal asked to be allowed. `represents` is the party that the person acts for.
    """

    account_id: AccountId
    collectivity_id: CollectivityId
    actions: tuple[str, ...] = ()
    represents: Representation | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """The collectivities that somebody reaches, as long as they are few; their number otherwise."""

    total: int
    listed: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class ToldRights:
    """What a portal may hear: the active collectivity, with the roles that count at the login's level.

    `withheld` are roles that a stronger login would bring. `actions` are those of the actions asked that the
    roles allow. `reach` and `contact` (how the active collectivity is reached) are there where they are told.
    """

    relation: Relation
    withheld: tuple[RoleId, ...] = ()
    actions: tuple[str, ...] = ()
    reach: Reach | None = field(default=None)
    contact: ContactDetails | None = None


class RightsLookup(Protocol):
    """Computes rights; `broker.collectivities.rights` does."""

    def holder(
        self,
        account_id: AccountId,
        brand: str,
        opens: Iterable[RoleId],
        represents: Representation | None = None,
    ) -> Holder:
        """Whose rights are asked, which roles count, and for which party the person acts, if for any."""

    def at(self, holder: Holder, collectivity_id: CollectivityId) -> Relation | None:
        """The relation to this collectivity, if there is a role in it."""

    def first(self, holder: Holder, most: int) -> tuple[Relation, ...]:
        """At most so many of all relations, in the order of their names."""

    def count(self, holder: Holder) -> int:
        """How many there are."""

    def search(self, holder: Holder, typed: str, *, most: int, cursor: str | None = None) -> RelationPage:
        """Those that fit; `ValueError` for a cursor that is not ours."""

    def remember(self, account_id: AccountId, collectivity_id: CollectivityId) -> None:
        """Let the next login begin with this collectivity."""


class ContactLookup(Protocol):
    """Knows how collectivities are reached; `broker.storage.collectivities` does."""

    def contact(self, brand: str, collectivity_id: CollectivityId) -> ContactDetails:
        """How the brand reaches this collectivity of its own."""


class CurrentRights:
    """The one place of the provider that asks for rights. It keeps nothing."""

    def __init__(self, lookup: RightsLookup, contacts: ContactLookup) -> None:
        self._lookup = lookup
        self._contacts = contacts

    def active(self, client: Client, acting: Acting | None, reached: Assurance) -> ToldRights | None:
        """What `client` may hear of the active collectivity; None when the person has no role there."""
        access = client.access
        if access is None or acting is None:
            return None
        relation = self._lookup.at(self._holder(client, acting, access.roles), acting.collectivity_id)
        if relation is None:
            return None
        return ToldRights(
            replace(relation, roles=access.counting(relation.roles, reached)),
            access.withheld(relation.roles, reached),
            access.allowed(acting.actions, relation.roles, reached),
        )

    def reach(self, client: Client, acting: Acting, reached: Assurance) -> Reach:
        """Everything that the person reaches at this portal by a login like this, or how much that is."""
        holder = self._at_level(client, acting, reached)
        some = self._lookup.first(holder, MOST_LISTED + 1)
        if len(some) > MOST_LISTED:
            return Reach(self._lookup.count(holder))
        return Reach(len(some), some)

    def with_contact(self, client: Client, told: ToldRights) -> ToldRights:
        """The same, and how the active collectivity is reached; only where a role there counts."""
        if not told.relation.roles:
            return told
        return replace(told, contact=self._contacts.contact(client.brand, told.relation.id))

    def search(
        self, client: Client, acting: Acting, reached: Assurance, asked: tuple[str, int, str | None]
    ) -> RelationPage:
        """A page of what fits: `asked` is what was typed, how many, and behind which cursor."""
        typed, most, cursor = asked
        holder = self._at_level(client, acting, reached)
        return self._lookup.search(holder, typed, most=most, cursor=cursor)

    def remember(self, acting: Acting) -> None:
        """Somebody works here now, and begins here the next time."""
        self._lookup.remember(acting.account_id, acting.collectivity_id)

    def _at_level(self, client: Client, acting: Acting, reached: Assurance) -> Holder:
        """With the roles alone that count at this level: where there is none, nothing is listed or found."""
        access = client.access
        return self._holder(client, acting, access.counting(access.roles, reached) if access else ())

    def _holder(self, client: Client, acting: Acting, opens: Iterable[RoleId]) -> Holder:
        return self._lookup.holder(acting.account_id, client.brand, opens, acting.represents)
