"""How much strangers may do, from the configuration."""

from __future__ import annotations

from broker.abuse.address_limits import AddressGuard, AddressLimits
from broker.settings import Settings
from broker.storage.allowances import Allowances
from broker.wiring.stores import Stores


def allowances(stores: Stores) -> Allowances:
    """What every limit counts with."""
    return Allowances(stores.redis, stores.keys.records)


def address_guard(settings: Settings, stores: Stores) -> AddressGuard:
    """The guard over blocks of addresses, one count for all processes."""
    limits = settings.broker.limits
    figures = AddressLimits(
        logins_begun=limits.logins_begun_a_minute,
        forms_posted=limits.forms_posted_a_minute,
        refusals_noted=limits.refusals_noted_a_minute,
    )
    return AddressGuard(allowances(stores), figures)
