"""What the connections of all schemes have in common: metadata, patience, TLS, and how faults are told."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import TypeVar

from broker.errors import ConfigurationError
from broker.providers.saml.metadata import IdentityProvider, load_identity_provider
from broker.providers.saml.soap_client import Patience, back_channel_context
from broker.settings import Environment, ProviderFile, Settings
from broker.settings.model import is_loopback

_Loaded = TypeVar("_Loaded")


def identity_provider_of(settings: Settings, upstream: ProviderFile, section: str) -> IdentityProvider:
    """What the provider's metadata says; `ConfigurationError` for a simulator in production."""
    idp = load_identity_provider(settings.path(upstream.metadata_file))
    urls = (idp.artifact_resolution_url, idp.redirect_url or "", idp.post_url or "")
    production = settings.broker.environment is Environment.PRODUCTION
    if production and any(is_loopback(url) for url in urls):
        fault = f"{section}.provider: is a simulator on this machine, which is for the demo only"
        raise ConfigurationError((fault,))
    return idp


def patience_of(upstream: ProviderFile) -> Patience:
    """How long we wait for the back channel."""
    return Patience(
        connect_seconds=upstream.connect_timeout_seconds,
        read_seconds=upstream.read_timeout_seconds,
        total_seconds=upstream.connect_timeout_seconds + upstream.read_timeout_seconds,
    )


def tls_of(settings: Settings, upstream: ProviderFile) -> ssl.SSLContext:
    """Mutual TLS with the provider's own roots and our certificate."""
    return back_channel_context(
        settings.path(upstream.tls_ca_file),
        settings.path(upstream.tls_client_certificate_file),
        settings.path(upstream.tls_client_key_file),
    )


def collect(faults: list[str], where: str, load: Callable[[], _Loaded]) -> _Loaded | None:
    """What `load` gives; None when it finds a fault, which is told in `faults` with its file."""
    try:
        return load()
    except ConfigurationError as error:
        faults.extend(f"{where}: {fault}" for fault in error.faults)
        return None
