"""Brands' DigiD connections: keys, certificates and metadata loaded once, faults collected."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from broker.errors import ConfigurationError
from broker.providers.answers.claiming import UsedMessages
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.digid.provider import DigidProvider, digid_provider
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.rollover import Rollover
from broker.providers.saml.sp_metadata import ServiceProvider, signed_sp_metadata
from broker.settings import Settings
from broker.settings.brand_file import DigidService
from broker.wiring.faults import collect, gather
from broker.wiring.key_rollovers import KeyFiles, rolling_key, rolling_tls
from broker.wiring.patience import patience_of
from broker.wiring.provider_metadata import metadata_of
from broker.wiring.published_metadata import PublishedMetadata


@dataclass(frozen=True, slots=True)
class DigidReady:
    """A brand's connection with its TLS contexts: everything a login needs is in memory.

    `provider_name` is the name of its file under `providers/`.
    """

    connection: DigidConnection
    contexts: Rollover[ssl.SSLContext]
    metadata: PublishedMetadata
    provider_name: str

    @property
    def sso_url(self) -> str:
        """Where the browser goes."""
        return self.connection.sso_url

    @property
    def logout(self) -> None:
        """None: DigiD keeps no login of ours without Eenmalig Inloggen, and every login is asked anew."""
        return

    @property
    def resolution_url(self) -> str:
        """Where the back channel goes."""
        return self.connection.idp.artifact_resolution_url

    def can_vouch(self, now: datetime) -> bool:
        """Whether an answer of DigiD could be believed."""
        return self.connection.idp.can_vouch(now)

    def provider(self, used: UsedMessages) -> DigidProvider:
        """The provider, with a channel of its own."""
        return digid_provider(self.connection, self.contexts, used)


def digid_connections(settings: Settings, faults: list[str]) -> dict[str, DigidReady]:
    """The connection of each brand that has DigiD; brands with a fault are left out and told in `faults`."""
    ready = {}
    for name, brand in settings.brands.items():
        if brand.digid is not None:
            found = gather(faults, partial(_connect, settings, name, brand.digid))
            if found is not None:
                ready[name] = found
    return ready


def digid_metadata(settings: Settings, brand: str, *, now: datetime) -> bytes:
    """A brand's signed metadata as service provider of DigiD; `ConfigurationError` when it has no DigiD."""
    service = settings.brands[brand].digid if brand in settings.brands else None
    if service is None:
        raise ConfigurationError((f"brands/{brand}.toml: there is no such brand, or it has no DigiD",))
    return _metadata(acs_url(settings, brand), service, _signing(settings, service), now)


def acs_url(settings: Settings, brand: str) -> str:
    """Where DigiD sends the browser back to."""
    return f"{settings.broker.issuer}/saml/{brand}/digid/acs"


def _metadata(acs: str, service: DigidService, signing: Rollover[SigningKey], now: datetime) -> bytes:
    in_use, *others = signing.all_at(now)
    described = ServiceProvider(
        entity_id=service.entity_id,
        acs_url=acs,
        want_assertions_signed=service.want_assertions_signed,
        next_certificates=tuple(key.certificate for key in others),
    )
    return signed_sp_metadata(described, in_use)


def _signing(settings: Settings, service: DigidService) -> Rollover[SigningKey]:
    files = KeyFiles(
        service.signing_key_file, service.signing_certificate_file, service.next_signing, "next_signing"
    )
    return rolling_key(settings, files)


def _connect(settings: Settings, name: str, service: DigidService) -> DigidReady:
    brand, upstream, faults = settings.brands[name], settings.providers[service.provider], list[str]()
    metadata = gather(faults, lambda: metadata_of(settings, service.provider))
    signing = collect(faults, f"brands/{name}.toml: digid", lambda: _signing(settings, service))
    contexts = collect(faults, f"providers/{service.provider}.toml", lambda: rolling_tls(settings, upstream))
    if metadata is None or signing is None or contexts is None:
        raise ConfigurationError(tuple(faults))
    connection = DigidConnection(
        brand=name,
        entity_id=service.entity_id,
        acs_url=acs_url(settings, name),
        metadata=metadata,
        signing=signing,
        provider_name=brand.name,
        request_binding=RequestBinding(service.request_binding),
        want_assertions_signed=service.want_assertions_signed,
        patience=patience_of(upstream),
    )
    write = partial(_metadata, connection.acs_url, service, signing)
    return DigidReady(connection, contexts, PublishedMetadata(write, signing), service.provider)
