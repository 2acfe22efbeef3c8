"""Our metadata as a service provider of eHerkenning, with the elements of the scheme's table and no other.

Afsprakenstelsel, DV metadata for HM: exactly one signed EntityDescriptor; its signature holds the certificate
and no name; no NameIDFormat, no extensions; identifying attributes are not asked for, they follow from the
catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.keys import SigningKey, certificate_base64, long_key_name_of
from broker.providers.saml.messages import new_message_id
from broker.providers.saml.names import (
    BINDING_ARTIFACT,
    BINDING_POST,
    BINDING_REDIRECT,
    DS,
    METADATA,
    SAMLP,
    ds,
    md,
)
from broker.providers.saml.sign import KeyInfo, sign_enveloped

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class ToldService:
    """A service in our metadata: `index` chooses it, `service_id` is its name in the catalogue."""

    index: int
    service_id: str
    name_nl: str
    name_en: str


@dataclass(frozen=True, slots=True)
class DienstverlenerDescription:
    """What we tell about one service provider of ours; the first of each list of certificates is in use.

    `logout_url` is where a LogoutResponse is taken, if the herkenningsmakelaar agreed to send any.
    """

    entity_id: str
    acs_url: str
    signing: tuple[x509.Certificate, ...]
    encryption: tuple[x509.Certificate, ...]
    services: tuple[ToldService, ...]
    logout_url: str | None = None


def signed_dv_metadata(described: DienstverlenerDescription, key: SigningKey) -> bytes:
    """A signed EntityDescriptor in UTF-8 with an XML declaration."""
    root = etree.Element(
        md("EntityDescriptor"),
        nsmap={"md": METADATA, "ds": DS},
        attrib={"ID": new_message_id(), "entityID": described.entity_id},
    )
    role = etree.SubElement(
        root,
        md("SPSSODescriptor"),
        attrib={
            "protocolSupportEnumeration": SAMLP,
            "AuthnRequestsSigned": "true",
            "WantAssertionsSigned": "true",
        },
    )
    add_keys(role, "signing", described.signing)
    add_keys(role, "encryption", described.encryption)
    for binding in (BINDING_REDIRECT, BINDING_POST) if described.logout_url else ():
        place = {"Binding": binding, "Location": described.logout_url or ""}
        etree.SubElement(role, md("SingleLogoutService"), attrib=place)
    for index, binding in enumerate((BINDING_ARTIFACT, BINDING_POST)):
        place = {"Binding": binding, "Location": described.acs_url, "index": str(index)}
        is_default = {"isDefault": "true"} if index == 0 else {}
        etree.SubElement(role, md("AssertionConsumerService"), attrib=place | is_default)
    for number, service in enumerate(described.services):
        _add_service(role, service, is_default=number == 0)
    sign_enveloped(root, key, position=0, key_info=KeyInfo.CERTIFICATE)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def add_keys(parent: _Element, use: str, certificates: Sequence[x509.Certificate]) -> None:
    """A KeyDescriptor for each certificate, under the name that others call its key by."""
    for certificate in certificates:
        descriptor = etree.SubElement(parent, md("KeyDescriptor"), attrib={"use": use})
        key_info = etree.SubElement(descriptor, ds("KeyInfo"))
        etree.SubElement(key_info, ds("KeyName")).text = long_key_name_of(certificate)
        data = etree.SubElement(key_info, ds("X509Data"))
        etree.SubElement(data, ds("X509Certificate")).text = certificate_base64(certificate)


def _add_service(role: _Element, service: ToldService, *, is_default: bool) -> None:
    attributes = {"index": str(service.index)} | ({"isDefault": "true"} if is_default else {})
    element = etree.SubElement(role, md("AttributeConsumingService"), attrib=attributes)
    for language, name in (("nl", service.name_nl), ("en", service.name_en)):
        etree.SubElement(element, md("ServiceName"), attrib={XML_LANG: language}).text = name
    etree.SubElement(element, md("RequestedAttribute"), attrib={"Name": service.service_id})
