"""`providers/<name>.toml`: an upstream identity provider and the channel to it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from broker.settings.model import ConfiguredPath, Section


class ProviderFile(Section):
    """An identity provider that answers over a back channel with mutual TLS."""

    scheme: Literal["digid"] = Field(description="Which scheme it speaks.")
    metadata_file: ConfiguredPath = Field(
        description="The provider's SAML metadata, brought by hand: its certificates are the pinned keys."
    )
    tls_ca_file: ConfiguredPath = Field(
        description="PEM roots of the back channel's server certificate; nothing else is trusted."
    )
    tls_client_certificate_file: ConfiguredPath = Field(description="Our certificate on the back channel.")
    tls_client_key_file: ConfiguredPath = Field(description="Its private key.")
    connect_timeout_seconds: float = Field(default=3.0, gt=0, le=30, description="To open a connection.")
    read_timeout_seconds: float = Field(default=10.0, gt=0, le=60, description="To wait for an answer.")
