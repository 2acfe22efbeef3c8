"""Writes rows about organisations, collectivities, members and roles, within the caller's transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache

from broker.cli.import_relations import (
    NewCollectivity,
    NewMembership,
    NewOrganisation,
    NewRelation,
    NewRoleGrant,
)
from broker.domain.accounts import AccountId, AccountState
from broker.domain.clock import Clock
from broker.domain.collectivity import Collectivity, CollectivityNumber
from broker.domain.rights import RoleGrant
from broker.domain.roles import RoleCatalogue
from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.role_grants import RoleGrantRepository
from broker.wiring.repositories import account_repository, collectivity_repository
from broker.wiring.stores import Stores

_REMEMBERED = 1024


@dataclass
class RelationArrival:
    """Keeps one row after the other; `ValueError` in words for one that refers to what is not there."""

    accounts: AccountRepository
    collectivities: CollectivityRepository
    grants: RoleGrantRepository
    catalogues: dict[str, RoleCatalogue]
    clock: Clock
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        # Files tell of one person, or of one collectivity, many times in a row.
        self._account_of = lru_cache(_REMEMBERED)(self._find_account)
        self._collectivity_of = lru_cache(_REMEMBERED)(self._find_collectivity)

    def let_in(self, new: NewRelation) -> None:
        """Write one row."""
        match new:
            case NewOrganisation():
                self.collectivities.put_organisation(new.brand, new.organisation)
            case NewCollectivity():
                self._let_collectivity_in(new.collectivity)
            case NewMembership():
                account, collectivity = self._both(new)
                self.collectivities.add_member(account, collectivity)
            case NewRoleGrant():
                self._give(new)
        self.counted[type(new).__name__] += 1

    def _let_collectivity_in(self, collectivity: Collectivity) -> None:
        try:
            self.collectivities.put_collectivity(collectivity)
        except KeyError:
            raise ValueError("there is no organisation with this kvk and branch") from None

    def _give(self, new: NewRoleGrant) -> None:
        account, collectivity = self._both(new)
        if not self.collectivities.hold_member(account, collectivity.id):
            raise ValueError("the account is no member of the collectivity")
        now = self.clock()
        held = self.grants.of_account(account, collectivity.id)
        counting = {grant.role for grant in held if grant.counts_at(now)}
        clash = self.catalogues[new.brand].exclude_each_other(counting | {new.role})
        if clash:
            raise ValueError(f"the account would have {' and '.join(role.id for role in clash)} together")
        self.grants.put(
            RoleGrant(account, collectivity.id, new.role, now, None, new.reason or "import", new.ends_at)
        )

    def _both(self, new: NewMembership | NewRoleGrant) -> tuple[AccountId, Collectivity]:
        account = self._account_of(new.brand, new.email)
        if account is None:
            raise ValueError("no business account of the brand has this email")
        collectivity = self._collectivity_of(new.brand, new.number)
        if collectivity is None:
            raise ValueError("the brand has no collectivity with this number")
        return account, collectivity

    def _find_account(self, brand: str, email: str) -> AccountId | None:
        found = self.accounts.find_by_address(brand, email)
        return found.id if found is not None and found.state is not AccountState.ERASED else None

    def _find_collectivity(self, brand: str, number: CollectivityNumber) -> Collectivity | None:
        return self.collectivities.find(brand, number)


def relation_arrival(stores: Stores, catalogues: dict[str, RoleCatalogue]) -> RelationArrival:
    """The repositories of these stores."""
    return RelationArrival(
        account_repository(stores),
        collectivity_repository(stores),
        RoleGrantRepository(stores.database),
        catalogues,
        stores.clock,
    )
