"""The service catalogue: what a service provider offers, at which level, for whom, and with which keys.

The service provider publishes it (in the scheme through its herkenningsmakelaar), signed with a key of its
metadata. What a request may ask is at most what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree

from demo.eherkenning.levels import Level
from demo.eherkenning.names import BRANCH, CATALOGUE
from demo.idp.forms import DS, MD, SAML, parse_xml
from demo.idp.registrations import BadMetadata, certificate_in
from demo.idp.verifying import BadSignature, own_signature, verified_by

_SC = f"{{{CATALOGUE}}}"


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who an identifier is encrypted to: a service provider's key under its name."""

    entity_id: str
    key_name: str
    certificate: x509.Certificate


@dataclass(frozen=True, slots=True)
class Service:
    """One service. `concerned` holds the allowed sets of identifiers, in order of preference."""

    id: str
    uuid: str
    name: str
    level: Level
    concerned: tuple[frozenset[str], ...]
    restrictions: frozenset[str]
    requested: frozenset[str]
    encryption: Mapping[str, x509.Certificate]

    @property
    def knows_branches(self) -> bool:
        """Whether the service understands a mandate for one branch."""
        return BRANCH in self.restrictions


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What one service provider offers, by ServiceID."""

    oin: str
    organisation: str
    services: Mapping[str, Service]


def read_catalogue(document: bytes, signing: Sequence[x509.Certificate], now: datetime) -> Catalogue:
    """Reads a catalogue that is signed with one of these keys.

    Raises `NotXml`, `BadSignature` or `BadMetadata`.
    """
    root = parse_xml(document)
    if root.tag != f"{_SC}ServiceCatalogue":
        raise BadMetadata("the root is not a ServiceCatalogue of version 1.13")
    signed = verified_by(signing_certificate(root, signing), root, now)
    providers = signed.findall(f"{_SC}ServiceProvider")
    if len(providers) != 1:
        raise BadMetadata("there must be one ServiceProvider")
    provider = providers[0]
    definitions = {
        _text(one, f"{_SC}ServiceUUID"): one for one in provider.findall(f"{_SC}ServiceDefinition")
    }
    services = (_service(one, definitions) for one in provider.findall(f"{_SC}ServiceInstance"))
    return Catalogue(
        oin=_text(provider, f"{_SC}ServiceProviderID"),
        organisation=_text(provider, f"{_SC}OrganizationDisplayName"),
        services={service.id: service for service in services},
    )


def signing_certificate(root: etree._Element, known: Sequence[x509.Certificate]) -> x509.Certificate:
    """The certificate of a metadata signature: its KeyInfo holds that one and no name. Raises `BadSignature`.

    It must be a known one; that it is embedded proves nothing.
    """
    embedded = own_signature(root).findall(f"{{{DS}}}KeyInfo/*")
    if [one.tag for one in embedded] != [f"{{{DS}}}X509Data"] or len(embedded[0]) != 1:
        raise BadSignature("the KeyInfo of metadata must hold one X509Certificate and nothing else")
    certificate = certificate_in(embedded[0].findtext(f"{{{DS}}}X509Certificate") or "")
    if certificate not in known:
        raise BadSignature("the signing certificate is not one of the metadata")
    return certificate


def _service(instance: etree._Element, definitions: Mapping[str, etree._Element]) -> Service:
    uuid = _text(instance, f"{_SC}ServiceUUID")
    definition = definitions.get(uuid)
    if definition is None:
        raise BadMetadata("a ServiceInstance has no ServiceDefinition")
    level = Level.of_class_ref(_text(definition, f"{{{SAML}}}AuthnContextClassRef"))
    if level is None:
        raise BadMetadata("a service has no level of eHerkenning")
    return Service(
        id=_text(instance, f"{_SC}ServiceID"),
        uuid=uuid,
        name=_text(definition, f"{_SC}ServiceName"),
        level=level,
        concerned=_concerned(definition),
        restrictions=frozenset(_texts(definition, f"{_SC}ServiceRestrictionsAllowed")),
        requested=frozenset(one.get("Name", "") for one in definition.findall(f"{_SC}RequestedAttribute")),
        encryption=_encryption(instance),
    )


def _concerned(definition: etree._Element) -> tuple[frozenset[str], ...]:
    sets: dict[str, set[str]] = {}
    for one in definition.findall(f"{_SC}EntityConcernedTypesAllowed"):
        number = one.get(f"{_SC}setNumber") or one.get("setNumber") or "1"
        sets.setdefault(number, set()).add((one.text or "").strip())
    if not sets:
        raise BadMetadata("a service has no EntityConcernedTypesAllowed")
    return tuple(frozenset(sets[number]) for number in sorted(sets, key=_number))


def _encryption(instance: etree._Element) -> Mapping[str, x509.Certificate]:
    keys = instance.findall(f"{_SC}ServiceCertificate/{{{MD}}}KeyDescriptor")
    return {
        _text(key, f"{{{DS}}}KeyInfo/{{{DS}}}KeyName"): certificate_in(
            _text(key, f"{{{DS}}}KeyInfo/{{{DS}}}X509Data/{{{DS}}}X509Certificate")
        )
        for key in keys
    }


def _text(element: etree._Element, path: str) -> str:
    text = (element.findtext(path) or "").strip()
    if not text:
        raise BadMetadata(f"{etree.QName(path.rpartition('/')[2]).localname} is missing")
    return text


def _texts(element: etree._Element, path: str) -> list[str]:
    return [(one.text or "").strip() for one in element.findall(path)]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise BadMetadata("a setNumber is not a number")
    return int(text)
