"""The repositories that many parts of a deployment use, from its stores."""

from __future__ import annotations

from broker.storage.accounts import AccountRepository
from broker.storage.collectivities import CollectivityRepository
from broker.storage.eherkenning_bindings import EherkenningBindingRepository
from broker.wiring.stores import Stores


def account_repository(stores: Stores) -> AccountRepository:
    """The accounts of all brands."""
    keys = stores.keys
    return AccountRepository(stores.database, keys.columns, keys.blind_indexes, stores.clock)


def binding_repository(stores: Stores) -> EherkenningBindingRepository:
    """Which eHerkenning is bound to which account."""
    keys = stores.keys
    return EherkenningBindingRepository(stores.database, keys.columns, keys.blind_indexes, stores.clock)


def collectivity_repository(stores: Stores) -> CollectivityRepository:
    """Organisations, collectivities and who belongs to them."""
    return CollectivityRepository(stores.database, stores.keys.columns, stores.clock)
