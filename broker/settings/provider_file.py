"""`providers/<name>.toml`: an upstream identity provider and the channel to it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from broker.settings.model import ConfiguredPath, Section

DIGID_FAILED: Final = (
    "Inloggen bij deze organisatie is niet gelukt. Probeert u het later nog een keer. "
    "Lukt het nog steeds niet? Log in bij Mijn DigiD. Zo controleert u of uw DigiD goed werkt. "
    "Mogelijk is er een storing bij de organisatie waar u inlogt."
)
DIGID_CANCELLED: Final = "U heeft het inloggen met DigiD geannuleerd."

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]


class OutcomeTexts(Section):
    """The Dutch words that the scheme prescribes for a login that did not come about."""

    failed: Sentence = Field(
        default=DIGID_FAILED,
        description="Shown letter by letter, in Dutch also on English pages, as Logius tests it.",
    )
    cancelled: Sentence = Field(
        default=DIGID_CANCELLED,
        description="When somebody turned back. Our own sentence is translated on English pages; "
        "another one is shown as it is.",
    )


class ProviderFile(Section):
    """An identity provider that answers over a back channel with mutual TLS."""

    scheme: Literal["digid", "eherkenning"] = Field(description="Which scheme it speaks.")
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
    texts: OutcomeTexts = Field(default=OutcomeTexts(), description="For DigiD only.")
