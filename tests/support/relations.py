"""Organisations, collectivities and people with roles there, for tests that ask what somebody reaches."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from broker.collectivities.rights import Rights
from broker.domain.access import AccessRule, PortalAccess
from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.clock import Clock
from broker.domain.collectivity import (
    NO_CONTACT,
    Collectivity,
    CollectivityId,
    CollectivityNumber,
    ContactDetails,
    CustomerNumber,
)
from broker.domain.organisation import BranchNumber, KvkNumber, Organisation
from broker.domain.representation import Representation
from broker.domain.rights import Holder, RoleGrant
from broker.domain.roles import Role, RoleCatalogue, RoleId
from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.relations import RelationRepository
from broker.storage.role_grants import RoleGrantRepository

MANAGER, REPORTS, MEMBERS = (
    RoleId(name) for name in ("functioneel-beheerder", "rapportage-verantwoordelijke", "deelnemers-beheerder")
)
CATALOGUE = RoleCatalogue.of(
    (
        Role(MANAGER, "Functioneel beheerder", "Functional administrator", frozenset({REPORTS, MEMBERS})),
        Role(REPORTS, "Rapportage verantwoordelijke", "Reporting officer"),
        Role(MEMBERS, "Deelnemersbeheerder", "Member administrator"),
    )
)
EVERY_ROLE = PortalAccess((MANAGER, REPORTS, MEMBERS))


def access(*roles: RoleId, rules: tuple[AccessRule, ...] = ()) -> PortalAccess:
    """A portal that opens to these roles."""
    return PortalAccess(roles, rules)


@dataclass
class Registry:
    """Makes what a test needs; every account, organisation and collectivity is a new one."""

    database: Database
    keys: KeyRing
    clock: Clock
    collectivities: CollectivityRepository = field(init=False)
    grants: RoleGrantRepository = field(init=False)
    relations: RelationRepository = field(init=False)

    def __post_init__(self) -> None:
        self.collectivities = CollectivityRepository(self.database, self.keys.columns, self.clock)
        self.grants = RoleGrantRepository(self.database)
        self.relations = RelationRepository(self.database)

    @property
    def rights(self) -> Rights:
        """Rights of two brands with one catalogue."""
        return Rights(self.relations, {"cz": CATALOGUE, "vgz": CATALOGUE}, self.clock)

    def account(self, brand: str = "cz") -> Account:
        """Somebody who works for an organisation."""
        made = AccountRepository(self.database, self.keys.columns, self.keys.blind_indexes, self.clock)
        name = uuid4()
        added = made.add_business(
            brand,
            "Bea Bakker",
            f"bea.{name.hex}@bedrijf.example",
            state=AccountState.ACTIVE,
            new_id=AccountId(str(name)),
        )
        assert isinstance(added, Account)
        return added

    def collectivity(
        self,
        number: str,
        name: str,
        *,
        brand: str = "cz",
        kvk: str = "90001354",
        branch: str | None = None,
        organisation: str = "Bakkerij De Korenaar B.V.",
        contact: ContactDetails = NO_CONTACT,
    ) -> Collectivity:
        """A collectivity of an organisation that is made where it is not there."""
        owner = Organisation(KvkNumber(kvk), BranchNumber(branch) if branch else None, organisation)
        self.collectivities.put_organisation(brand, owner)
        made = Collectivity(
            id=CollectivityId(str(uuid4())),
            brand=brand,
            number=CollectivityNumber(number),
            customer_number=CustomerNumber(f"K{number}"),
            name=name,
            organisation=owner,
            contact=contact,
        )
        self.collectivities.put_collectivity(made)
        found = self.collectivities.find(brand, made.number)
        assert found is not None
        return found

    def give(
        self, account: Account, collectivity: Collectivity, *roles: RoleId, ends_at: datetime | None = None
    ) -> None:
        """Let somebody belong to a collectivity, with these roles."""
        self.collectivities.add_member(account.id, collectivity)
        for role in roles:
            grant = RoleGrant(account.id, collectivity.id, role, self.clock(), None, "test", ends_at)
            self.grants.put(grant)

    def holder(
        self,
        account: Account,
        opens: PortalAccess = EVERY_ROLE,
        represents: Representation | None = None,
    ) -> Holder:
        """Somebody at a portal of their own brand."""
        return self.rights.holder(account.id, account.brand, opens.roles, represents)
