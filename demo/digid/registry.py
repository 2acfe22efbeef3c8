"""The web services that DigiD knows: their SAML metadata and the TLS certificates they registered.

For the demo a registration is a file `<name>.xml` in `digid/sp/` of the state directory. A file
`<name>.tls.pem` beside it holds the client certificates of that web service (at Logius a form, not part of
the metadata); without it the broker's own client certificate counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from lxml import etree

from demo.clock import Clock
from demo.idp.forms import HTTP_ARTIFACT, MD, parse_xml
from demo.idp.registrations import BadMetadata, FolderRegistry, keys_for, sp_descriptor
from demo.idp.verifying import verified


@dataclass(frozen=True, slots=True)
class Consumer:
    """Where artifacts may be sent: one AssertionConsumerService with binding HTTP-Artifact."""

    index: int
    url: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One web service. `signing` maps KeyName to certificate, in the order of the metadata."""

    entity_id: str
    wants_assertions_signed: bool
    signing: Mapping[str, x509.Certificate]
    consumers: tuple[Consumer, ...]
    name: str | None
    tls: tuple[x509.Certificate, ...] = ()

    def consumer(self, index: int) -> Consumer | None:
        """The consumer with that index."""
        return next((consumer for consumer in self.consumers if consumer.index == index), None)

    @property
    def default_consumer(self) -> Consumer:
        """The one marked default, else the first (SAML metadata 2.2.3)."""
        return next((consumer for consumer in self.consumers if consumer.is_default), self.consumers[0])


class Registry(FolderRegistry[ServiceProvider]):
    """The web services in one folder."""

    def __init__(self, folder: Path, default_tls: Path, clock: Clock) -> None:
        super().__init__((folder,), default_tls)
        self._clock = clock

    def read(self, file: Path, tls: tuple[x509.Certificate, ...]) -> ServiceProvider:
        """One web service."""
        return read_metadata(file.read_bytes(), tls, self._clock)


def read_metadata(document: bytes, tls: tuple[x509.Certificate, ...], clock: Clock) -> ServiceProvider:
    """Reads one EntityDescriptor that is signed with a key it names itself (specification 3.7, metadata).

    That proves possession of the key; trust comes from the folder, as at Logius it comes from the form.
    Raises `NotXml`, `BadSignature` or `BadMetadata`.
    """
    root = parse_xml(document)
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise BadMetadata("the root is not an EntityDescriptor")
    entity = verified(root, keys_for("signing", sp_descriptor(root)), clock())
    descriptor = sp_descriptor(entity)
    entity_id = entity.get("entityID")
    if not entity_id:
        raise BadMetadata("there is no entityID")
    if descriptor.get("AuthnRequestsSigned") not in ("true", "1"):
        raise BadMetadata("AuthnRequestsSigned must be true")
    return ServiceProvider(
        entity_id=entity_id,
        wants_assertions_signed=descriptor.get("WantAssertionsSigned") in ("true", "1"),
        signing=keys_for("signing", descriptor),
        consumers=_consumers(descriptor),
        name=entity.findtext(f"{{{MD}}}Organization/{{{MD}}}OrganizationDisplayName"),
        tls=tls,
    )


def _consumers(descriptor: etree._Element) -> tuple[Consumer, ...]:
    consumers = tuple(
        Consumer(int(index), url, service.get("isDefault") in ("true", "1"))
        for service in descriptor.findall(f"{{{MD}}}AssertionConsumerService")
        if service.get("Binding") == HTTP_ARTIFACT
        and (index := service.get("index", "")).isdecimal()
        and (url := service.get("Location", ""))
    )
    if not consumers:
        raise BadMetadata("there is no AssertionConsumerService with binding HTTP-Artifact")
    return consumers
