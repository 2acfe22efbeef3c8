"""Our part of the service catalogue of eHerkenning: what each service is, at which level, for whom.

Afsprakenstelsel, service catalogue 1.13 (namespace ``urn:etoegang:1.13:service-catalog``). The certificates
to which identifiers are encrypted stand here: authenticatiediensten and registers read them nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography import x509
from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.dv_metadata import XML_LANG, add_keys
from broker.providers.saml.instants import write_instant
from broker.providers.saml.keys import SigningKey
from broker.providers.saml.messages import new_message_id
from broker.providers.saml.names import DS, METADATA, SAML, saml
from broker.providers.saml.sign import KeyInfo, sign_enveloped

CATALOGUE: Final = "urn:etoegang:1.13:service-catalog"


@dataclass(frozen=True, slots=True)
class RequestedAttribute:
    """What is asked besides who and for whom; `purposes` (language, text) is what people read of why."""

    name: str
    purposes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class CatalogueService:
    """One service; `entity_types` are sets of qualifiers, `restrictions` what a mandate may be limited to."""

    uuid: str
    service_id: str
    class_ref: str
    names: tuple[tuple[str, str], ...]
    descriptions: tuple[tuple[str, str], ...]
    entity_types: tuple[tuple[str, ...], ...]
    restrictions: tuple[str, ...]
    attributes: tuple[RequestedAttribute, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A service provider with its services; texts are (language, text), `oin` and `broker_oin` 20 digits."""

    oin: str
    organisation: str
    broker_oin: str
    is_test: bool
    encryption: tuple[x509.Certificate, ...]
    services: tuple[CatalogueService, ...]


def signed_service_catalogue(entry: CatalogueEntry, key: SigningKey, *, now: datetime) -> bytes:
    """A signed ServiceCatalogue with one ServiceProvider, ready to hand in."""
    network = "T" if entry.is_test else "P"
    root = etree.Element(
        _esc("ServiceCatalogue"),
        nsmap={"esc": CATALOGUE, "md": METADATA, "saml": SAML, "ds": DS},
        attrib={
            "ID": new_message_id(),
            "IssueInstant": write_instant(now),
            "Version": f"urn:etoegang:1.13:service-catalogue:{network}:1",
        },
    )
    provider = etree.SubElement(root, _esc("ServiceProvider"), attrib={_esc("IsPublic"): "true"})
    _text(provider, "ServiceProviderID", entry.oin)
    _text(provider, "OrganizationDisplayName", entry.organisation, language="nl")
    for service in entry.services:
        _add_definition(provider, entry, service)
    for service in entry.services:
        _add_instance(provider, entry, service)
    sign_enveloped(root, key, position=0, key_info=KeyInfo.CERTIFICATE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add_definition(provider: _Element, entry: CatalogueEntry, service: CatalogueService) -> None:
    definition = etree.SubElement(provider, _esc("ServiceDefinition"), attrib={_esc("IsPublic"): "true"})
    _text(definition, "ServiceUUID", service.uuid)
    for language, name in service.names:
        _text(definition, "ServiceName", name, language=language)
    for language, description in service.descriptions:
        _text(definition, "ServiceDescription", description, language=language)
    etree.SubElement(definition, saml("AuthnContextClassRef")).text = service.class_ref
    _text(definition, "HerkenningsmakelaarId", entry.broker_oin)
    for number, kinds in enumerate(service.entity_types, start=1):
        for kind in kinds:
            allowed = _text(definition, "EntityConcernedTypesAllowed", kind)
            allowed.set(_esc("setNumber"), str(number))
    for restriction in service.restrictions:
        _text(definition, "ServiceRestrictionsAllowed", restriction)
    for attribute in service.attributes:
        named = {"Name": attribute.name, "isRequired": "false"}
        asked = etree.SubElement(definition, _esc("RequestedAttribute"), attrib=named)
        for language, purpose in attribute.purposes:
            _text(asked, "PurposeStatement", purpose, language=language)


def _add_instance(provider: _Element, entry: CatalogueEntry, service: CatalogueService) -> None:
    instance = etree.SubElement(provider, _esc("ServiceInstance"), attrib={_esc("IsPublic"): "true"})
    _text(instance, "ServiceID", service.service_id)
    _text(instance, "ServiceUUID", service.uuid)
    _text(instance, "HerkenningsmakelaarId", entry.broker_oin)
    _text(instance, "SSOSupport", "false")
    certificate = etree.SubElement(instance, _esc("ServiceCertificate"))
    add_keys(certificate, "encryption", entry.encryption)


def _text(parent: _Element, local: str, text: str, *, language: str | None = None) -> _Element:
    element = etree.SubElement(parent, _esc(local), attrib={XML_LANG: language} if language else {})
    element.text = text
    return element


def _esc(local: str) -> str:
    return f"{{{CATALOGUE}}}{local}"
