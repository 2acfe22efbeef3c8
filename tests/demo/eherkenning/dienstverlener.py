"""A service provider for these tests: it signs with xmlsec1 or by hand, reads with xmlsec1 and signxml.

It shares no code with the simulator, so that each checks the other. On Redirect take out `SIGNATURE` first.
"""

from __future__ import annotations

import base64
import zlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from demo.pki import KeyPair
from tests.demo.eherkenning.xmlsec import run_xmlsec1

OIN = "00000003901234560000"
ENTITY_ID = f"urn:etoegang:DV:{OIN}:entities:9001"
ACS = "https://mijn.example/saml/acs"
SERVICES = {1: f"urn:etoegang:DV:{OIN}:services:1", 2: f"urn:etoegang:DV:{OIN}:services:2"}
UUIDS = {1: "7c1f0f0e-1111-4a53-9f0e-0d6f3c1f2b11", 2: "7c1f0f0e-2222-4a53-9f0e-0d6f3c1f2b11"}
LEVELS = {1: "loa2plus", 2: "loa3"}
KVK, RSIN = "urn:etoegang:1.9:EntityConcernedID:KvKnr", "urn:etoegang:1.9:EntityConcernedID:RSIN"
BRANCH = "urn:etoegang:1.9:ServiceRestriction:Vestigingsnr"
COMPANY_NAME = "urn:etoegang:1.11:attribute-represented:CompanyName"
CATALOGUE = "urn:etoegang:1.13:service-catalog"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "xenc": "http://www.w3.org/2001/04/xmlenc#",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
    "esc": CATALOGUE,
}
_XMLNS = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("samlp", "saml", "ds"))
_BINDING = "urn:oasis:names:tc:SAML:2.0:bindings"
SIGNATURE = "<signature/>"
"""Where a document wants its signature."""

KEY_NAME_ONLY = "<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName></ds:KeyInfo>"
CERTIFICATE_ONLY = (
    "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate>"
    "</ds:X509Data></ds:KeyInfo>"
)


@dataclass
class Dienstverlener:
    """One connection with its keys; `folder` is where it may put files for xmlsec1."""

    signing: KeyPair
    encryption: KeyPair
    sso: str
    resolve_url: str
    folder: Path
    key_name: str = "dv-signing"
    encryption_key_name: str = "dv-encryption"
    request_ids: list[str] = field(default_factory=list)

    def metadata(
        self, extra: str = "", key_info: str = CERTIFICATE_ONLY, entity_id: str = ENTITY_ID
    ) -> bytes:
        """Signed metadata: answers by artifact (0) or POST (1), two services."""
        consumers = "".join(
            f'<md:AssertionConsumerService Binding="{_BINDING}:{binding}" Location="{ACS}" index="{index}"/>'
            for index, binding in enumerate(("HTTP-Artifact", "HTTP-POST"))
        )
        services = "".join(
            f'<md:AttributeConsumingService index="{index}">'
            '<md:ServiceName xml:lang="nl">Dienst</md:ServiceName>'
            f'<md:RequestedAttribute Name="{name}"/></md:AttributeConsumingService>'
            for index, name in SERVICES.items()
        )
        return self.signed(
            f'<md:EntityDescriptor xmlns:md="{NAMESPACES["md"]}" {_XMLNS} ID="_md" entityID="{entity_id}">'
            f'{SIGNATURE}<md:SPSSODescriptor AuthnRequestsSigned="true" WantAssertionsSigned="true" '
            f'protocolSupportEnumeration="{NAMESPACES["samlp"]}">'
            f"{self._key('signing')}{self._key('encryption')}{extra}{consumers}{services}"
            "</md:SPSSODescriptor></md:EntityDescriptor>",
            key_info,
        )

    def catalogue(self, requested: str = "", certificates: str = "") -> bytes:
        """The signed catalogue: service 1 at eH2+, service 2 at eH3, both for KvK numbers and branches."""
        definitions = "".join(
            f"<esc:ServiceDefinition><esc:ServiceUUID>{UUIDS[index]}</esc:ServiceUUID>"
            f'<esc:ServiceName xml:lang="nl">Zakelijk {LEVELS[index]}</esc:ServiceName>'
            f"<saml:AuthnContextClassRef>urn:etoegang:core:assurance-class:{LEVELS[index]}"
            "</saml:AuthnContextClassRef>"
            f'<esc:EntityConcernedTypesAllowed esc:setNumber="1">{KVK}</esc:EntityConcernedTypesAllowed>'
            f"<esc:ServiceRestrictionsAllowed>{BRANCH}</esc:ServiceRestrictionsAllowed>{requested}"
            "</esc:ServiceDefinition>"
            for index in SERVICES
        )
        instances = "".join(
            f"<esc:ServiceInstance><esc:ServiceID>{name}</esc:ServiceID>"
            f"<esc:ServiceUUID>{UUIDS[index]}</esc:ServiceUUID>{certificates}</esc:ServiceInstance>"
            for index, name in SERVICES.items()
        )
        return self.signed(
            f'<esc:ServiceCatalogue xmlns:esc="{CATALOGUE}" xmlns:md="{NAMESPACES["md"]}" {_XMLNS} ID="_sc">'
            f"{SIGNATURE}<esc:ServiceProvider><esc:ServiceProviderID>{OIN}</esc:ServiceProviderID>"
            '<esc:OrganizationDisplayName xml:lang="nl">Voorbeeld Zorg</esc:OrganizationDisplayName>'
            f"{definitions}{instances}</esc:ServiceProvider></esc:ServiceCatalogue>",
            CERTIFICATE_ONLY,
        )

    def authn_request(self, now: datetime, inside: str = "", issuer: str = "", **changes: str | None) -> str:
        """An AuthnRequest; `changes` replaces attributes (None leaves one out), `inside` adds elements."""
        request_id = f"_{len(self.request_ids):040x}"
        self.request_ids.append(request_id)
        attributes = {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": stamp(now),
            "Destination": self.sso,
            "ForceAuthn": "true",
            "AssertionConsumerServiceIndex": "0",
            "AttributeConsumingServiceIndex": "1",
        } | changes
        written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value is not None)
        sender = issuer or f"<saml:Issuer>{ENTITY_ID}</saml:Issuer>"
        return f"<samlp:AuthnRequest {_XMLNS} {written}>{sender}{SIGNATURE}{inside}</samlp:AuthnRequest>"

    def logout_request(self, now: datetime, destination: str, *, index: str = "", **changes: str) -> str:
        """A LogoutRequest without a signature of its own, for the Redirect binding."""
        request_id = f"_{len(self.request_ids):040x}"
        self.request_ids.append(request_id)
        attributes = {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": stamp(now),
            "Destination": destination,
            "NotOnOrAfter": stamp(now, 2),
        } | changes
        written = " ".join(f'{name}="{value}"' for name, value in attributes.items())
        session = f"<samlp:SessionIndex>{index}</samlp:SessionIndex>" if index else ""
        return (
            f"<samlp:LogoutRequest {_XMLNS} {written}><saml:Issuer>{ENTITY_ID}</saml:Issuer>"
            f"<saml:NameID>somebody</saml:NameID>{session}</samlp:LogoutRequest>"
        )

    def post_form(
        self, request: str, relay_state: str = "rs-1", key_info: str = KEY_NAME_ONLY
    ) -> dict[str, str]:
        """The form of the POST binding."""
        return {"SAMLRequest": base64_of(self.signed(request, key_info)), "RelayState": relay_state}

    def redirect_query(
        self, request: str, relay_state: str | None = "rs-1", algorithm: str = RSA_SHA256
    ) -> str:
        """The query of the Redirect binding with its detached signature."""
        deflater = zlib.compressobj(wbits=-15)
        deflated = deflater.compress(request.encode()) + deflater.flush()
        parts = [f"SAMLRequest={_quoted(deflated)}"]
        if relay_state is not None:
            parts.append(f"RelayState={quote(relay_state, safe='')}")
        query = "&".join([*parts, f"SigAlg={quote(algorithm, safe='')}"])
        digest = hashes.SHA256() if algorithm == RSA_SHA256 else hashes.SHA1()
        made = self.signing.key.sign(query.encode(), padding.PKCS1v15(), digest)
        return f"{query}&Signature={_quoted(made)}"

    def artifact_resolve(self, artifact: str, now: datetime, key_info: str = KEY_NAME_ONLY) -> bytes:
        """A signed ArtifactResolve in its SOAP envelope."""
        resolve = self.signed(
            f'<samlp:ArtifactResolve {_XMLNS} ID="_resolve1" Version="2.0" IssueInstant="{stamp(now)}" '
            f'Destination="{self.resolve_url}"><saml:Issuer>{ENTITY_ID}</saml:Issuer>{SIGNATURE}'
            f"<samlp:Artifact>{artifact}</samlp:Artifact></samlp:ArtifactResolve>",
            key_info,
        )
        opening = f'<soap:Envelope xmlns:soap="{NAMESPACES["soap"]}"><soap:Body>'.encode()
        return opening + resolve + b"</soap:Body></soap:Envelope>"

    def signed(self, document: str, key_info: str) -> bytes:
        """The document with its signature filled in by the xmlsec1 program."""
        root = etree.fromstring(document)
        certificate = base64_of(self.signing.certificate.public_bytes(Encoding.DER))
        template = (
            f'<ds:Signature xmlns:ds="{NAMESPACES["ds"]}"><ds:SignedInfo>'
            '<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>'
            f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/><ds:Reference URI="#{root.attrib["ID"]}">'
            '<ds:Transforms><ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
            '<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>'
            "</ds:Reference></ds:SignedInfo><ds:SignatureValue/>"
            f"{key_info.format(name=self.key_name, certificate=certificate)}</ds:Signature>"
        )
        source = self.folder / "to-sign.xml"
        source.write_text(document.replace(SIGNATURE, template), encoding="utf-8")
        key = f"--privkey-pem:{self.key_name}"
        signed = run_xmlsec1(
            "--sign", "--id-attr:ID", _node(root), key, str(self.folder / "signing.key"), str(source)
        )
        return etree.tostring(etree.fromstring(signed.stdout))

    def _key(self, use: str) -> str:
        pair, name = {
            "signing": (self.signing, self.key_name),
            "encryption": (self.encryption, self.encryption_key_name),
        }[use]
        return key_descriptor(use, name, pair)


def key_descriptor(use: str, name: str, pair: KeyPair) -> str:
    """A KeyDescriptor for a certificate under a name."""
    certificate = base64_of(pair.certificate.public_bytes(Encoding.DER))
    return (
        f'<md:KeyDescriptor use="{use}"><ds:KeyInfo><ds:KeyName>{name}</ds:KeyName><ds:X509Data>'
        f"<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )


def xpath(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements by a path with the usual prefixes."""
    found = element.xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, etree._Element)]


def only(element: etree._Element, path: str) -> etree._Element:
    """The one element at a path."""
    found = xpath(element, path)
    assert len(found) == 1, f"{len(found)} at {path}"
    return found[0]


def status_codes(message: etree._Element) -> list[str]:
    """The last words of the status codes directly in a message, top first."""
    return [
        code.attrib["Value"].rpartition(":")[2] for code in xpath(message, "samlp:Status//samlp:StatusCode")
    ]


def attribute(assertion: etree._Element, name: str) -> list[etree._Element]:
    """The values of the attribute of that name in the makelaar's own statement."""
    return xpath(assertion, f"saml:AttributeStatement/saml:Attribute[@Name='{name}']/saml:AttributeValue")


def stamp(moment: datetime, minutes: float = 0) -> str:
    """A SAML instant, `minutes` away from a moment."""
    return (moment + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def base64_of(content: bytes) -> str:
    """Base64 on one line."""
    return base64.b64encode(content).decode()


def _node(root: etree._Element) -> str:
    name = etree.QName(root)
    return f"{name.namespace}:{name.localname}"


def _quoted(content: bytes) -> str:
    return quote(base64_of(content), safe="")
