"""A service provider for these tests: it signs real messages with signxml.

It shares no code with the simulator, so that each checks the other.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod
from signxml.signer import XMLSigner

from demo.pki import KeyPair

ENTITY_ID = "https://mijn.example/saml/metadata"
ACS = "https://mijn.example/saml/acs"
OTHER_ACS = "https://mijn.example/saml/acs-2"
MIDDEN = "urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract"
NAMESPACES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
    "ec": "http://www.w3.org/2001/10/xml-exc-c14n#",
    "soap": "http://schemas.xmlsoap.org/soap/envelope/",
    "md": "urn:oasis:names:tc:SAML:2.0:metadata",
}
_XMLNS = " ".join(f'xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in ("samlp", "saml", "ds"))
_PLACEHOLDER = '<ds:Signature Id="placeholder"/>'
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
RSA_SHA1 = "http://www.w3.org/2000/09/xmldsig#rsa-sha1"


class _Sha1Signer(XMLSigner):
    """Signs the way it was done long ago, to be refused."""

    def check_deprecated_methods(self) -> None:
        """Lets the old method through."""


@dataclass
class ServiceProvider:
    """One web service with a signing key and, for the back channel, files with a TLS client certificate."""

    pair: KeyPair
    destination: str
    resolve_url: str
    entity_id: str = ENTITY_ID
    key_name: str = "sp-key-1"
    request_ids: list[str] = field(default_factory=list)

    def metadata(self, *, wants_assertions_signed: bool = True, name: str = "Mijn CZ") -> bytes:
        """Signed metadata with two consumers of artifacts."""
        certificate = _base64(self.pair.certificate.public_bytes(Encoding.DER))
        return self.enveloped(
            f'<md:EntityDescriptor xmlns:md="{NAMESPACES["md"]}" {_XMLNS} ID="_md" '
            f'entityID="{self.entity_id}">{_PLACEHOLDER}<md:SPSSODescriptor AuthnRequestsSigned="true" '
            f'WantAssertionsSigned="{str(wants_assertions_signed).lower()}" '
            f'protocolSupportEnumeration="{NAMESPACES["samlp"]}"><md:KeyDescriptor use="signing"><ds:KeyInfo>'
            f"<ds:KeyName>{self.key_name}</ds:KeyName><ds:X509Data><ds:X509Certificate>{certificate}"
            "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
            '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" '
            f'Location="{ACS}" index="0" isDefault="true"/>'
            '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" '
            f'Location="{OTHER_ACS}" index="1"/></md:SPSSODescriptor><md:Organization>'
            '<md:OrganizationName xml:lang="nl">x</md:OrganizationName>'
            f'<md:OrganizationDisplayName xml:lang="nl">{name}</md:OrganizationDisplayName>'
            '<md:OrganizationURL xml:lang="nl">https://mijn.example</md:OrganizationURL>'
            "</md:Organization></md:EntityDescriptor>"
        )

    def authn_request(self, now: datetime, *, signed: bool = False, **changes: str | None) -> str:
        """An AuthnRequest; `changes` replaces attributes (None leaves one out), `level` and `issuer`."""
        request_id = f"_{len(self.request_ids):040x}"
        self.request_ids.append(request_id)
        level, issuer = changes.pop("level", MIDDEN), changes.pop("issuer", self.entity_id)
        attributes = {
            "ID": request_id,
            "Version": "2.0",
            "IssueInstant": stamp(now),
            "Destination": self.destination,
            "ForceAuthn": "true",
            "AssertionConsumerServiceIndex": "0",
            "ProviderName": "Mijn Voorbeeld",
        } | changes
        written = " ".join(f'{name}="{value}"' for name, value in attributes.items() if value is not None)
        context = (
            '<samlp:RequestedAuthnContext Comparison="minimum"><saml:AuthnContextClassRef>'
            f"{level}</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>"
        )
        return (
            f"<samlp:AuthnRequest {_XMLNS} {written}><saml:Issuer>{issuer}</saml:Issuer>"
            f"{_PLACEHOLDER if signed else ''}{context if level else ''}</samlp:AuthnRequest>"
        )

    def redirect_query(
        self, request: str, relay_state: str | None = "rs-1", algorithm: str = RSA_SHA256
    ) -> str:
        """The query of the Redirect binding with its detached signature."""
        deflater = zlib.compressobj(wbits=-15)
        deflated = deflater.compress(request.encode()) + deflater.flush()
        parts = [f"SAMLRequest={_quoted(deflated)}"]
        if relay_state is not None:
            parts.append(f"RelayState={quote(relay_state, safe='')}")
        parts.append(f"SigAlg={quote(algorithm, safe='')}")
        query = "&".join(parts)
        digest = hashes.SHA256() if algorithm == RSA_SHA256 else hashes.SHA1()
        return f"{query}&Signature={_quoted(self.pair.key.sign(query.encode(), padding.PKCS1v15(), digest))}"

    def post_form(self, request: str, relay_state: str = "rs-1", **signing: str) -> dict[str, str]:
        """The form of the POST binding, with an enveloped signature."""
        return {"SAMLRequest": _base64(self.enveloped(request, **signing)), "RelayState": relay_state}

    def artifact_resolve(self, artifact: str, now: datetime, **signing: str) -> bytes:
        """A signed ArtifactResolve in its SOAP envelope."""
        resolve = self.enveloped(
            f'<samlp:ArtifactResolve {_XMLNS} ID="_resolve1" Version="2.0" IssueInstant="{stamp(now)}" '
            f'Destination="{self.resolve_url}"><saml:Issuer>{self.entity_id}</saml:Issuer>{_PLACEHOLDER}'
            f"<samlp:Artifact>{artifact}</samlp:Artifact></samlp:ArtifactResolve>",
            **signing,
        )
        return b"".join(
            (
                f'<soap:Envelope xmlns:soap="{NAMESPACES["soap"]}"><soap:Body>'.encode(),
                resolve,
                b"</soap:Body></soap:Envelope>",
            )
        )

    def enveloped(self, document: str, *, key_name: str = "", method: str = "rsa-sha256") -> bytes:
        """Fills in the signature at the placeholder."""
        kind = XMLSigner if method == "rsa-sha256" else _Sha1Signer
        signer = kind(
            signature_algorithm=method,
            digest_algorithm="sha256" if method == "rsa-sha256" else "sha1",
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        signed = signer.sign(
            etree.fromstring(document),
            key=self.pair.key,
            cert=[self.pair.certificate],
            key_name=key_name or self.key_name,
            id_attribute="ID",
        )
        return etree.tostring(signed)


@dataclass(frozen=True)
class BackChannelClient:
    """Talks to the artifact resolution service, with or without a TLS client certificate."""

    url: str
    authority: str
    certificate: tuple[str, str] | None

    def post(self, body: bytes, content_type: str = "text/xml") -> requests.Response:
        """One SOAP call."""
        return requests.post(
            self.url,
            data=body,
            headers={
                "Content-Type": content_type,
                "SOAPAction": "http://www.oasis-open.org/committees/security",
            },
            cert=self.certificate,
            verify=self.authority,
            timeout=5,
            allow_redirects=False,
        )


def xpath(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements by a path with the usual prefixes."""
    found = element.xpath(path, namespaces=NAMESPACES)
    assert isinstance(found, list)
    return [one for one in found if isinstance(one, etree._Element)]


def only(element: etree._Element, path: str) -> etree._Element:
    """The one element at that path."""
    found = xpath(element, path)
    assert len(found) == 1, f"{path}: {len(found)} found"
    return found[0]


def status_codes(holder: etree._Element) -> list[str]:
    """The last words of the status codes directly in a message, top first."""
    return [
        code.attrib["Value"].rpartition(":")[2] for code in xpath(holder, "samlp:Status//samlp:StatusCode")
    ]


def stamp(moment: datetime, minutes: float = 0) -> str:
    """A SAML instant, `minutes` away from a moment."""
    return (moment + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def certificate_of(pem_file: str) -> x509.Certificate:
    """Reads a certificate."""
    return x509.load_pem_x509_certificate(Path(pem_file).read_bytes())


def local_names(elements: Iterable[etree._Element]) -> list[str]:
    """The names of elements without their namespaces."""
    return [etree.QName(element).localname for element in elements]


def _quoted(content: bytes) -> str:
    return quote(_base64(content), safe="")


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
