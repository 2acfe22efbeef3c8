"""How long we wait for a provider, from its file."""

from __future__ import annotations

from broker.providers.saml.patience import Patience
from broker.settings import ProviderFile


def patience_of(upstream: ProviderFile) -> Patience:
    """How long we wait for the back channel."""
    return Patience(
        connect_seconds=upstream.connect_timeout_seconds,
        read_seconds=upstream.read_timeout_seconds,
        total_seconds=upstream.connect_timeout_seconds + upstream.read_timeout_seconds,
    )
