"""Rights, put together from the catalogues of a configuration and the grants in its database."""

from __future__ import annotations

from broker.audit.recorder import Auditor
from broker.collectivities.granting import Granting, Surroundings
from broker.collectivities.rights import Rights
from broker.oidc.rights import CurrentRights
from broker.settings import Settings
from broker.settings.roles_section import catalogues_of
from broker.storage.relations import RelationRepository
from broker.storage.role_grants import RoleGrantRepository
from broker.wiring.repositories import collectivity_repository
from broker.wiring.stores import Stores


def rights_of(settings: Settings, stores: Stores) -> Rights:
    """What people may do at the brands of this deployment; nothing of it is kept between two questions."""
    return Rights(RelationRepository(stores.database), catalogues_of(settings), stores.clock)


def current_rights_of(stores: Stores, rights: Rights) -> CurrentRights:
    """The same as the OpenID Provider asks for them."""
    return CurrentRights(rights, collectivity_repository(stores))


def granting_of(settings: Settings, stores: Stores, auditor: Auditor) -> Granting:
    """Giving roles and taking them away at this deployment; `auditor` tells by whose hand."""
    return Granting(
        Surroundings(
            grants=RoleGrantRepository(stores.database),
            members=collectivity_repository(stores),
            catalogues=catalogues_of(settings),
            auditor=auditor,
            together=stores.database.writing,
            clock=stores.clock,
        )
    )
