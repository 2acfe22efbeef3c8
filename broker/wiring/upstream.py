"""All connections to identity providers elsewhere: loaded once, told apart by brand and scheme."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Protocol

from broker.domain.assurance import Scheme
from broker.login.breaker_memory import BreakerMemory
from broker.login.guarded_provider import GuardedProvider
from broker.login.outage_board import OutageBoard
from broker.providers.answers.claiming import UsedMessages as UsedMessagesPort
from broker.providers.base import Provider
from broker.providers.logout import UpstreamLogout
from broker.providers.saml.rollover import Rollover
from broker.settings import Settings
from broker.storage.provider_outages import OutageRepository
from broker.storage.used_messages import UsedMessages
from broker.wiring.digid import digid_connections
from broker.wiring.eherkenning import eherkenning_connections
from broker.wiring.published_metadata import PublishedMetadata
from broker.wiring.stores import Stores


class Ready(Protocol):
    """A brand's connection with everything that a login needs in memory."""

    @property
    def sso_url(self) -> str:
        """Where the browser goes."""
        ...

    @property
    def resolution_url(self) -> str:
        """Where the back channel goes."""
        ...

    @property
    def logout(self) -> UpstreamLogout | None:
        """Logging out there, where the scheme has it and the brand wants it."""
        ...

    @property
    def contexts(self) -> Rollover[ssl.SSLContext]:
        """TLS of the back channel, with our certificate and the next one."""
        ...

    @property
    def metadata(self) -> PublishedMetadata:
        """What we tell of ourselves."""
        ...

    @property
    def provider_name(self) -> str:
        """The name of its file under `providers/`."""
        ...

    def can_vouch(self, now: datetime) -> bool:
        """Whether an answer could be believed."""
        ...

    def provider(self, used: UsedMessagesPort) -> Provider:
        """The provider, with a channel of its own."""
        ...


Connections = Mapping[tuple[str, Scheme], Ready]


def upstream_connections(settings: Settings, faults: list[str]) -> Connections:
    """Every connection of every brand; one with a fault is left out and told in `faults`."""
    ready: dict[tuple[str, Scheme], Ready] = {}
    for brand, by_digid in digid_connections(settings, faults).items():
        ready[brand, Scheme.DIGID] = by_digid
    for brand, by_eherkenning in eherkenning_connections(settings, faults).items():
        ready[brand, Scheme.EHERKENNING] = by_eherkenning
    return ready


def sso_url(connections: Connections, brand: str, scheme: Scheme) -> str | None:
    """Where a browser goes to log in there; None where that is no journey to somebody else."""
    ready = connections.get((brand, scheme))
    return None if ready is None else ready.sso_url


def upstream_metadata(connections: Connections) -> dict[tuple[str, Scheme], Callable[[datetime], bytes]]:
    """Our signed metadata of a moment, for each connection."""
    return {place: ready.metadata.at for place, ready in connections.items()}


def guarded_providers(stores: Stores, ready: Connections) -> dict[tuple[str, Scheme], GuardedProvider]:
    """The providers of all brands, each behind the operator's switch and a breaker of its own."""
    used, board = UsedMessages(stores.database), OutageBoard(OutageRepository(stores.database))
    return {
        (brand, scheme): GuardedProvider(
            found.provider(used),
            BreakerMemory(stores.records, brand, scheme),
            partial(board.find, found.provider_name, brand),
            can_vouch=found.can_vouch,
        )
        for (brand, scheme), found in ready.items()
    }


def upstream_logouts(ready: Connections) -> dict[tuple[str, Scheme], UpstreamLogout]:
    """Where logging out goes on at the provider."""
    return {place: found.logout for place, found in ready.items() if found.logout is not None}
