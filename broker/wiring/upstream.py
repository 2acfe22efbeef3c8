"""All connections to identity providers elsewhere: loaded once, told apart by brand and scheme."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import partial
from typing import Protocol

from broker.domain.assurance import Scheme
from broker.login.breaker_memory import BreakerMemory
from broker.login.guarded_provider import GuardedProvider
from broker.login.outage_board import OutageBoard
from broker.providers.answers.claiming import UsedMessages as UsedMessagesPort
from broker.providers.base import Provider
from broker.settings import Settings
from broker.storage.provider_outages import OutageRepository
from broker.storage.used_messages import UsedMessages
from broker.wiring.digid import digid_connections, digid_metadata
from broker.wiring.eherkenning import eherkenning_connections, eherkenning_metadata
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
    def context(self) -> ssl.SSLContext:
        """TLS of the back channel."""
        ...

    @property
    def provider_name(self) -> str:
        """The name of its file under `providers/`."""
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


def upstream_metadata(settings: Settings, connections: Connections) -> dict[tuple[str, Scheme], bytes]:
    """Our signed metadata for each connection."""
    makers = {Scheme.DIGID: digid_metadata, Scheme.EHERKENNING: eherkenning_metadata}
    return {(brand, scheme): makers[scheme](settings, brand) for brand, scheme in connections}


def guarded_providers(stores: Stores, ready: Connections) -> dict[tuple[str, Scheme], GuardedProvider]:
    """The providers of all brands, each behind the operator's switch and a breaker of its own."""
    used, board = UsedMessages(stores.database), OutageBoard(OutageRepository(stores.database))
    return {
        (brand, scheme): GuardedProvider(
            found.provider(used),
            BreakerMemory(stores.records, brand, scheme),
            partial(board.find, found.provider_name, brand),
        )
        for (brand, scheme), found in ready.items()
    }
