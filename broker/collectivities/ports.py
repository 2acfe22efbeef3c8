"""What computing rights needs from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from broker.domain.accounts import AccountId
from broker.domain.collectivity import Collectivity, CollectivityId, CollectivityNumber
from broker.domain.rights import Holder, Relation, RoleGrant
from broker.domain.roles import RoleId


class Relations(Protocol):
    """Reads grants as they are at the moment of asking; `broker.storage.relations` does.

    Only grants of the holder's roles count, that have not ended by `now`, for collectivities of their brand.
    """

    def one(self, holder: Holder, collectivity_id: CollectivityId, now: datetime) -> Relation | None:
        """The relation to this collectivity."""

    def by_number(self, holder: Holder, number: CollectivityNumber, now: datetime) -> Relation | None:
        """The relation to the collectivity of the brand with this number."""

    def last(self, holder: Holder, now: datetime) -> Relation | None:
        """The relation that was remembered last."""

    def page(
        self, holder: Holder, terms: Sequence[str], *, after: str, most: int, now: datetime
    ) -> tuple[Relation, ...]:
        """Relations that fit every term, in order, behind `after`."""

    def count(self, holder: Holder, terms: Sequence[str], now: datetime) -> int:
        """How many fit every term."""

    def remember(self, account_id: AccountId, collectivity_id: CollectivityId, at: datetime) -> None:
        """Note where the account works."""


class Grants(Protocol):
    """Keeps grants; `broker.storage.role_grants` does."""

    def of_account(self, account_id: AccountId, collectivity_id: CollectivityId) -> tuple[RoleGrant, ...]:
        """Every grant of an account for a collectivity, also one whose end has come."""

    def put(self, grant: RoleGrant) -> None:
        """Give a role to a member, or give it anew."""

    def end(self, account_id: AccountId, collectivity_id: CollectivityId, role: RoleId) -> bool:
        """Take a role away; True for the one caller who did."""


class Members(Protocol):
    """Keeps who belongs to a collectivity; `broker.storage.collectivities` does."""

    def add_member(self, account_id: AccountId, collectivity: Collectivity) -> bool:
        """Let an account of the same brand belong to a collectivity; False when it did already."""

    def hold_member(self, account_id: AccountId, collectivity_id: CollectivityId) -> bool:
        """Keep others from giving or ending there until this transaction ends; False for who is no member."""

    def remove_member(self, account_id: AccountId, collectivity_id: CollectivityId) -> bool:
        """End that, and with it every role there; True for the one caller who did."""
