"""Rights, put together from the catalogues of a configuration and the grants in its database."""

from __future__ import annotations

from broker.collectivities.rights import Rights
from broker.settings import Settings
from broker.settings.roles_section import catalogue_of
from broker.storage.relations import RelationRepository
from broker.wiring.stores import Stores


def rights_of(settings: Settings, stores: Stores) -> Rights:
    """What people may do at the brands of this deployment; nothing of it is kept between two questions."""
    catalogues = {name: catalogue_of(brand) for name, brand in settings.brands.items()}
    return Rights(RelationRepository(stores.database), catalogues, stores.clock)
