"""Brands' DigiD connections: keys, certificates and metadata loaded once, faults collected."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import partial

from broker.errors import ConfigurationError
from broker.providers.answers.claiming import UsedMessages
from broker.providers.digid.connection import DigidConnection, RequestBinding
from broker.providers.digid.provider import DigidProvider, digid_provider
from broker.providers.saml.keys import load_signing_key
from broker.providers.saml.sp_metadata import ServiceProvider, signed_sp_metadata
from broker.settings import Settings
from broker.wiring.back_channels import collect, identity_provider_of, patience_of, tls_of


@dataclass(frozen=True, slots=True)
class DigidReady:
    """A brand's connection with its TLS context: everything a login needs is in memory.

    `provider_name` is the name of its file under `providers/`.
    """

    connection: DigidConnection
    context: ssl.SSLContext
    provider_name: str

    @property
    def sso_url(self) -> str:
        """Where the browser goes."""
        return self.connection.sso_url

    @property
    def resolution_url(self) -> str:
        """Where the back channel goes."""
        return self.connection.idp.artifact_resolution_url

    def provider(self, used: UsedMessages) -> DigidProvider:
        """The provider, with a channel of its own."""
        return digid_provider(self.connection, self.context, used)


def digid_connections(settings: Settings, faults: list[str]) -> dict[str, DigidReady]:
    """The connection of each brand that has DigiD; brands with a fault are left out and told in `faults`."""
    ready = {}
    for name, brand in settings.brands.items():
        if brand.digid is not None:
            found = collect(faults, f"brands/{name}.toml", partial(_connect, settings, name))
            if found is not None:
                ready[name] = found
    return ready


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
    connection = DigidConnection(
        brand=name,
        entity_id=service.entity_id,
        acs_url=acs_url(settings, name),
        idp=identity_provider_of(settings, upstream, "digid"),
        signing_key=load_signing_key(
            settings.path(service.signing_key_file), settings.path(service.signing_certificate_file)
        ),
        provider_name=brand.name,
        request_binding=RequestBinding(service.request_binding),
        want_assertions_signed=service.want_assertions_signed,
        patience=patience_of(upstream),
    )
    return DigidReady(connection, tls_of(settings, upstream), service.provider)
