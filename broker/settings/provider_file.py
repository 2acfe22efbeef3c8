"""`providers/<name>.toml`: an upstream identity provider and the channel to it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, StringConstraints

from broker.settings.model import ConfiguredPath, Section, WebUrl
from broker.settings.next_key import NextKey

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


class MetadataFeed(Section):
    """The provider's metadata where it is published, signed: the worker fetches it, a pinned key vouches."""

    url: WebUrl = Field(description="Its https address.")
    signer_certificate_files: tuple[ConfiguredPath, ...] = Field(
        min_length=1,
        max_length=2,
        description="PEM certificate whose key signs the feed; two while that key is being replaced. "
        "No other key is believed.",
    )
    copy_file: ConfiguredPath = Field(
        description="Where the last good copy is kept: written by the worker, read by every server."
    )
    tls_ca_file: ConfiguredPath | None = Field(
        default=None, description="PEM roots of its server. Absent: those of the machine."
    )
    refresh_seconds: int = Field(
        default=3600, ge=60, le=86400, description="How often; more often where cacheDuration asks for it."
    )


class ProviderFile(Section):
    """An identity provider that answers over a back channel with mutual TLS."""

    scheme: Literal["digid", "eherkenning"] = Field(description="Which scheme it speaks.")
    metadata_file: ConfiguredPath | None = Field(
        default=None,
        description="The provider's SAML metadata, brought by hand: its certificates are the pinned keys. "
        "Either this or `feed`.",
    )
    feed: MetadataFeed | None = Field(default=None, description="Where its metadata is fetched.")
    entity_id: str | None = Field(
        default=None,
        description="Which entity of the metadata is meant; needed with a feed, and where there are several.",
    )
    tls_ca_file: ConfiguredPath = Field(
        description="PEM roots of the back channel's server certificate; nothing else is trusted."
    )
    tls_client_certificate_file: ConfiguredPath = Field(description="Our certificate on the back channel.")
    tls_client_key_file: ConfiguredPath = Field(description="Its private key.")
    next_tls_client: NextKey | None = Field(
        default=None, description="Absent: no other certificate comes for the back channel."
    )
    connect_timeout_seconds: float = Field(default=3.0, gt=0, le=30, description="To open a connection.")
    read_timeout_seconds: float = Field(default=10.0, gt=0, le=60, description="To wait for an answer.")
    texts: OutcomeTexts = Field(default=OutcomeTexts(), description="For DigiD only.")
