"""Our metadata as a service provider, written from an own template and signed.

No cacheDuration and nothing that was not asked for: the file is handed in by hand and must stay stable
(Koppelvlakspecificatie DigiD 3.7, metadata).
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.keys import SigningKey, certificate_base64, key_name_of
from broker.providers.saml.messages import new_message_id
from broker.providers.saml.names import BINDING_ARTIFACT, DS, METADATA, SAMLP, ds, md
from broker.providers.saml.sign import sign_enveloped


@dataclass(frozen=True, slots=True)
class ServiceProvider:
    """What we tell about one service provider of ours.

    `next_certificates` are announced beside the current one while keys roll over; receivers pick by KeyName.
    """

    entity_id: str
    acs_url: str
    want_assertions_signed: bool
    next_certificates: tuple[x509.Certificate, ...] = ()


def signed_sp_metadata(service: ServiceProvider, key: SigningKey) -> bytes:
    """A signed EntityDescriptor in UTF-8 with an XML declaration."""
    root = etree.Element(
        md("EntityDescriptor"),
        nsmap={"md": METADATA, "ds": DS},
        attrib={"ID": new_message_id(), "entityID": service.entity_id},
    )
    role = etree.SubElement(
        root,
        md("SPSSODescriptor"),
        attrib={
            "protocolSupportEnumeration": SAMLP,
            "AuthnRequestsSigned": "true",
            "WantAssertionsSigned": "true" if service.want_assertions_signed else "false",
        },
    )
    for certificate in (key.certificate, *service.next_certificates):
        _add_signing_key(role, certificate)
    etree.SubElement(
        role,
        md("AssertionConsumerService"),
        attrib={
            "Binding": BINDING_ARTIFACT,
            "Location": service.acs_url,
            "index": "0",
            "isDefault": "true",
        },
    )
    sign_enveloped(root, key, position=0)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8") + b"\n"


def _add_signing_key(role: _Element, certificate: x509.Certificate) -> None:
    descriptor = etree.SubElement(role, md("KeyDescriptor"), attrib={"use": "signing"})
    key_info = etree.SubElement(descriptor, ds("KeyInfo"))
    etree.SubElement(key_info, ds("KeyName")).text = key_name_of(certificate)
    data = etree.SubElement(key_info, ds("X509Data"))
    etree.SubElement(data, ds("X509Certificate")).text = certificate_base64(certificate)
