"""The service providers that are connected: their metadata, their catalogue and their TLS certificates.

A connection is a file `<name>.xml` in `eherkenning/sp/` of the state directory, with the catalogue under the
same name in `eherkenning/catalogue/`. A file `<name>.tls.pem` beside the metadata holds client certificates
of its own; without it the broker's counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from cryptography import x509
from lxml import etree

from demo.clock import Clock
from demo.eherkenning.catalogue import Catalogue, Recipient, Service, read_catalogue, signing_certificate
from demo.idp.forms import DS, HTTP_ARTIFACT, HTTP_POST, MD, parse_instant, parse_xml
from demo.idp.registrations import BadMetadata, FolderRegistry, keys_for, sp_descriptor
from demo.idp.verifying import verified_by

# What the table of the interface specification names; anything else must not be there.
_ALLOWED = {
    "EntityDescriptor": {"Signature", "SPSSODescriptor", "Organization", "ContactPerson"},
    "SPSSODescriptor": {
        "KeyDescriptor",
        "SingleLogoutService",
        "AssertionConsumerService",
        "AttributeConsumingService",
    },
}


@dataclass(frozen=True, slots=True)
class Consumer:
    """Where answers may be sent, and by which binding."""

    index: int
    url: str
    binding: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Offer:
    """A service under the index by which requests choose it."""

    index: int
    service: Service
    is_default: bool


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """One connection. `signing` and `encryption` map KeyName to certificate, `logouts` binding to address."""

    entity_id: str
    oin: str
    name: str
    signing: Mapping[str, x509.Certificate]
    encryption: Mapping[str, x509.Certificate]
    consumers: tuple[Consumer, ...]
    offers: tuple[Offer, ...]
    logouts: Mapping[str, str] = field(default_factory=dict)
    tls: tuple[x509.Certificate, ...] = ()

    def recipients(self, service: Service) -> tuple[Recipient, ...]:
        """To whom identifiers are encrypted: every key of the catalogue, or else of the metadata."""
        keys = service.encryption or self.encryption
        return tuple(Recipient(self.entity_id, name, certificate) for name, certificate in keys.items())


class Registry(FolderRegistry[ServiceProvider]):
    """The connections in one folder, with the catalogues in another."""

    def __init__(self, folder: Path, catalogues: Path, default_tls: Path, clock: Clock) -> None:
        super().__init__((folder, catalogues), default_tls)
        self._catalogues = catalogues
        self._clock = clock

    def read(self, file: Path, tls: tuple[x509.Certificate, ...]) -> ServiceProvider:
        """One connection."""
        try:
            catalogue = (self._catalogues / file.name).read_bytes()
        except OSError as problem:
            raise BadMetadata("there is no service catalogue under the same name") from problem
        return replace(read_provider(file.read_bytes(), catalogue, self._clock), tls=tls)


def read_provider(metadata: bytes, catalogue: bytes, clock: Clock) -> ServiceProvider:
    """Reads one signed EntityDescriptor with its catalogue. Raises `NotXml`, `BadSignature` or `BadMetadata`.

    The signature proves possession of the key; trust comes from the folder, as at a makelaar from a contract.
    """
    root = parse_xml(metadata)
    if root.tag != f"{{{MD}}}EntityDescriptor":
        raise BadMetadata("the root is not an EntityDescriptor")
    known = tuple(keys_for("signing", sp_descriptor(root)).values())
    entity = verified_by(signing_certificate(root, known), root, clock())
    _require_allowed(entity, clock)
    descriptor = sp_descriptor(entity)
    offered = read_catalogue(catalogue, known, clock())
    entity_id = entity.get("entityID", "")
    if not entity_id.startswith(f"urn:etoegang:DV:{offered.oin}:entities:"):
        raise BadMetadata("the entityID does not belong to the OIN of the catalogue")
    return ServiceProvider(
        entity_id=entity_id,
        oin=offered.oin,
        name=offered.organisation,
        signing=keys_for("signing", descriptor),
        encryption=keys_for("encryption", descriptor),
        consumers=_consumers(descriptor),
        offers=_offers(descriptor, offered),
        logouts={
            one.get("Binding", ""): one.get("Location", "")
            for one in descriptor.findall(f"{{{MD}}}SingleLogoutService")
        },
    )


def _require_allowed(entity: etree._Element, clock: Clock) -> None:
    for parent in (entity, sp_descriptor(entity)):
        allowed = _ALLOWED[etree.QName(parent).localname]
        for child in parent.iterchildren(tag=etree.Element):
            if etree.QName(child).namespace not in (MD, DS) or etree.QName(child).localname not in allowed:
                raise BadMetadata(f"{etree.QName(child).localname} must not be in the metadata")
    descriptor = sp_descriptor(entity)
    for wanted in ("AuthnRequestsSigned", "WantAssertionsSigned"):
        if descriptor.get(wanted) not in ("true", "1"):
            raise BadMetadata(f"{wanted} must be true")
    until = entity.get("validUntil")
    moment = parse_instant(until)
    if until is not None and (moment is None or clock() >= moment):
        raise BadMetadata("validUntil has passed or is not an instant")


def _consumers(descriptor: etree._Element) -> tuple[Consumer, ...]:
    consumers = tuple(
        Consumer(_index(one), one.get("Location", ""), one.get("Binding", ""), _is_default(one))
        for one in descriptor.findall(f"{{{MD}}}AssertionConsumerService")
    )
    if not consumers or any(
        one.binding not in (HTTP_ARTIFACT, HTTP_POST) or not one.url for one in consumers
    ):
        raise BadMetadata(
            "each AssertionConsumerService has a Location and binding HTTP-Artifact or HTTP-POST"
        )
    return consumers


def _offers(descriptor: etree._Element, catalogue: Catalogue) -> tuple[Offer, ...]:
    offers = []
    for one in descriptor.findall(f"{{{MD}}}AttributeConsumingService"):
        names = [asked.get("Name", "") for asked in one.findall(f"{{{MD}}}RequestedAttribute")]
        if len(names) != 1 or names[0] not in catalogue.services:
            raise BadMetadata("each AttributeConsumingService names one ServiceID of the catalogue")
        offers.append(Offer(_index(one), catalogue.services[names[0]], _is_default(one)))
    if not offers:
        raise BadMetadata("there is no AttributeConsumingService")
    return tuple(offers)


def _index(element: etree._Element) -> int:
    text = element.get("index", "")
    if not (text.isascii() and text.isdecimal()):
        raise BadMetadata("an index is missing or not a number")
    return int(text)


def _is_default(element: etree._Element) -> bool:
    return element.get("isDefault") in ("true", "1")
