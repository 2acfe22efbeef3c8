"""What must be well before a login can go through, as probes for `/health/ready` and the figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.storage.checks import database_faults, redis_faults
from broker.storage.signing_keys import SigningKeyState
from broker.wiring.signing_keys import signing_key_source
from broker.wiring.stores import Stores


def probes_of(settings: Settings, stores: Stores) -> Mapping[str, Callable[[], None]]:
    """Each returns when all is well and raises when it is not.

    The clock is left out where the demo moves it.
    """
    probes: dict[str, Callable[[], None]] = {
        "database": lambda: _touch_database(stores),
        "redis": lambda: _touch_redis(stores),
        "schema": stores.database.require_recent_enough,
        "signing-keys": lambda: _require_signing_keys(stores),
    }
    if settings.broker.clock.offset_file is None:
        probes["clock"] = lambda: _require_same_time(stores)
    return probes


def _touch_database(stores: Stores) -> None:
    stores.database.now()


def _touch_redis(stores: Stores) -> None:
    # A read like any other: the one way to learn that a login could go through.
    stores.redis.get("health")


def _require_signing_keys(stores: Stores) -> None:
    keys = signing_key_source(stores).all()
    if not any(key.state is SigningKeyState.ACTIVE for key in keys):
        raise ConfigurationError(("there is no active token signing key",))


def _require_same_time(stores: Stores) -> None:
    faults = database_faults(stores.database, clock=stores.clock)
    faults += redis_faults(stores.redis, clock=stores.clock)
    if faults:
        raise ConfigurationError(faults)
