"""Brands' DigiD connections: keys, certificates and metadata loaded once, faults collected."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from broker.domain.assurance import Scheme
from broker.errors import ConfigurationError
from broker.login.breaker_memory import BreakerMemory
from broker.login.guarded_provider import GuardedProvider
from broker.login.outage_board import OutageBoard
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.digid.provider import DigidProvider, digid_provider
from broker.providers.saml.keys import load_signing_key
from broker.providers.saml.metadata import load_identity_provider
from broker.providers.saml.soap_client import Patience, back_channel_context
from broker.providers.saml.sp_metadata import ServiceProvider, signed_sp_metadata
from broker.settings import Environment, Settings
from broker.settings.model import is_loopback
from broker.storage.provider_outages import OutageRepository
from broker.storage.used_messages import UsedMessages
from broker.wiring.stores import Stores

_Loaded = TypeVar("_Loaded")


@dataclass(frozen=True, slots=True)
class DigidReady:
    """A brand's connection with its TLS context: everything a login needs is in memory.

    `provider_name` is the name of its file under `providers/`.
    """

    connection: DigidConnection
    context: ssl.SSLContext
    provider_name: str

    def provider(self, used: UsedMessages) -> DigidProvider:
        """The provider, with a channel of its own."""
        return digid_provider(self.connection, self.context, used)


def digid_connections(settings: Settings, faults: list[str]) -> dict[str, DigidReady]:
    """The connection of each brand that has DigiD; brands with a fault are left out and told in `faults`."""
    ready = {}
    for name, brand in settings.brands.items():
        if brand.digid is not None:
            found = _collect(faults, f"brands/{name}.toml", partial(_connect, settings, name))
            if found is not None:
                ready[name] = found
    return ready


def guarded_providers(
    stores: Stores, ready: Mapping[str, DigidReady]
) -> dict[tuple[str, Scheme], GuardedProvider]:
    """The providers of all brands, each behind the operator's switch and a breaker of its own."""
    used, board = UsedMessages(stores.database), OutageBoard(OutageRepository(stores.database))
    return {
        (brand, Scheme.DIGID): GuardedProvider(
            found.provider(used),
            BreakerMemory(stores.records, brand, Scheme.DIGID),
            partial(board.find, found.provider_name, brand),
        )
        for brand, found in ready.items()
    }


def digid_metadata(settings: Settings, brand: str) -> bytes:
    """A brand's signed metadata as service provider of DigiD; `ConfigurationError` when it has no DigiD."""
    service = settings.brands[brand].digid if brand in settings.brands else None
    if service is None:
        raise ConfigurationError((f"brands/{brand}.toml: there is no such brand, or it has no DigiD",))
    key = load_signing_key(
        settings.path(service.signing_key_file), settings.path(service.signing_certificate_file)
    )
    told = ServiceProvider(service.entity_id, acs_url(settings, brand), service.want_assertions_signed)
    return signed_sp_metadata(told, key)


def acs_url(settings: Settings, brand: str) -> str:
    """Where DigiD sends the browser back to."""
    return f"{settings.broker.issuer}/saml/{brand}/digid/acs"


def _connect(settings: Settings, name: str) -> DigidReady:
    brand = settings.brands[name]
    service = brand.digid
    if service is None:
        raise ConfigurationError(("has no DigiD",))
    upstream = settings.providers[service.provider]
    idp = load_identity_provider(settings.path(upstream.metadata_file))
    production = settings.broker.environment is Environment.PRODUCTION
    if production and any(is_loopback(url) for url in (idp.artifact_resolution_url, idp.redirect_url or "")):
        raise ConfigurationError(
            ("digid.provider: is a simulator on this machine, which is for the demo only",)
        )
    connection = DigidConnection(
        brand=name,
        entity_id=service.entity_id,
        acs_url=acs_url(settings, name),
        idp=idp,
        signing_key=load_signing_key(
            settings.path(service.signing_key_file), settings.path(service.signing_certificate_file)
        ),
        provider_name=brand.name,
        request_binding=RequestBinding(service.request_binding),
        want_assertions_signed=service.want_assertions_signed,
        patience=Patience(
            connect_seconds=upstream.connect_timeout_seconds,
            read_seconds=upstream.read_timeout_seconds,
            total_seconds=upstream.connect_timeout_seconds + upstream.read_timeout_seconds,
        ),
    )
    context = back_channel_context(
        settings.path(upstream.tls_ca_file),
        settings.path(upstream.tls_client_certificate_file),
        settings.path(upstream.tls_client_key_file),
    )
    return DigidReady(connection, context, service.provider)


def _collect(faults: list[str], where: str, load: Callable[[], _Loaded]) -> _Loaded | None:
    try:
        return load()
    except ConfigurationError as error:
        faults.extend(f"{where}: {fault}" for fault in error.faults)
        return None
