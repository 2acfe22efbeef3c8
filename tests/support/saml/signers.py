"""Two independent makers of XML signatures: the signxml library and the xmlsec1 program.

A signer takes a text, a place in it, the ID to sign and a key; it gives the text with a signature there.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from signxml import CanonicalizationMethod, DigestAlgorithm, SignatureMethod, XMLSigner

from tests.support.saml.keys import Pair

DS = "http://www.w3.org/2000/09/xmldsig#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
ENVELOPED = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"


class Signer(Protocol):
    """Puts a signature over the element with `element_id` at `place`."""

    def __call__(self, text: str, place: str, element_id: str, key: Pair) -> str: ...


@dataclass(frozen=True)
class SignxmlSigner:
    """Signs with the signxml library."""

    prefixes: tuple[str, ...] = ()
    name_only: bool = False

    def __call__(self, text: str, place: str, element_id: str, key: Pair) -> str:
        """See `Signer`."""
        placeholder = f'<ds:Signature xmlns:ds="{DS}" Id="placeholder"></ds:Signature>'
        root = etree.fromstring(text.replace(place, placeholder).encode())
        signer = XMLSigner(
            signature_algorithm=SignatureMethod.RSA_SHA256,
            digest_algorithm=DigestAlgorithm.SHA256,
            c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
        )
        result = signer.sign(
            root,
            key=key.key,
            cert=[key.certificate],
            key_name=None if self.name_only else key_name(key),
            key_info=_named(key) if self.name_only else None,
            reference_uri=f"#{element_id}",
            inclusive_ns_prefixes=list(self.prefixes) or None,
        )
        return etree.tostring(result, xml_declaration=True, encoding="UTF-8").decode()


def _named(key: Pair) -> etree._Element:
    """A KeyInfo with nothing but a name, as eHerkenning wants it."""
    info = etree.Element(f"{{{DS}}}KeyInfo")
    etree.SubElement(info, f"{{{DS}}}KeyName").text = key_name(key)
    return info


by_signxml = SignxmlSigner()
by_name_alone = SignxmlSigner(name_only=True)


@dataclass(frozen=True)
class Xmlsec1Signer:
    """Signs with the xmlsec1 program, from a template that a test may bend."""

    transforms: str = f'<ds:Transform Algorithm="{ENVELOPED}"/><ds:Transform Algorithm="{EXC_C14N}"/>'
    canonicalization: str = f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}"/>'
    method: str = f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>'
    digest: str = SHA256
    key_info: str = "<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName>{certificate}</ds:KeyInfo>"
    extra_reference: str = ""
    after: str = ""
    prefix: str = "ds"
    options: tuple[str, ...] = field(default=())

    def __call__(self, text: str, place: str, element_id: str, key: Pair) -> str:
        """See `Signer`."""
        unsigned = text.replace(place, self._template(element_id, key))
        with tempfile.TemporaryDirectory() as folder:
            certificate, key_file = key.write(Path(folder), "key")
            source, target = Path(folder) / "in.xml", Path(folder) / "out.xml"
            source.write_text(unsigned)
            run_xmlsec1(
                "--sign",
                "--privkey-pem",
                f"{key_file},{certificate}",
                *self.options,
                *ID_ATTRIBUTES,
                "--node-xpath",
                f"//*[@ID='{element_id}']/*[local-name()='Signature']",
                "--output",
                str(target),
                str(source),
            )
            return target.read_text()

    def _template(self, element_id: str, key: Pair) -> str:
        certificate = "<ds:X509Data><ds:X509Certificate/></ds:X509Data>"
        key_info = self.key_info.format(name=key_name(key), certificate=certificate)
        template = f"""<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>
          {self.canonicalization}{self.method}
          <ds:Reference URI="#{element_id}"><ds:Transforms>{self.transforms}</ds:Transforms>
            <ds:DigestMethod Algorithm="{self.digest}"/><ds:DigestValue/></ds:Reference>{self.extra_reference}
        </ds:SignedInfo><ds:SignatureValue/>{key_info}{self.after}</ds:Signature>"""
        declared = f"xmlns:{self.prefix}=" if self.prefix else "xmlns="
        tag = f"{self.prefix}:" if self.prefix else ""
        template = template.replace("xmlns:ds=", declared)
        return template.replace("<ds:", f"<{tag}").replace("</ds:", f"</{tag}")


ID_ATTRIBUTES = (
    "--id-attr:ID",
    f"{SAMLP}:ArtifactResponse",
    "--id-attr:ID",
    f"{SAML}:Assertion",
    "--id-attr:ID",
    f"{SAMLP}:AuthnRequest",
    "--id-attr:ID",
    f"{SAMLP}:ArtifactResolve",
    "--id-attr:ID",
    f"{SAMLP}:LogoutRequest",
    "--id-attr:ID",
    f"{SAMLP}:LogoutResponse",
    "--id-attr:ID",
    f"{METADATA}:EntityDescriptor",
)

by_xmlsec1 = Xmlsec1Signer()


def run_xmlsec1(*arguments: str) -> None:
    """Run the program; its complaint becomes the failure of the test."""
    done = subprocess.run(["/usr/bin/xmlsec1", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def xmlsec1_accepts(message: bytes, key: Pair, element_id: str) -> bool:
    """What the program thinks of the signature over the element with `element_id`."""
    with tempfile.TemporaryDirectory() as folder:
        certificate, _ = key.write(Path(folder), "key")
        source = Path(folder) / "in.xml"
        source.write_bytes(message)
        arguments = ["/usr/bin/xmlsec1", "--verify", "--enabled-key-data", "rsa"]
        arguments += ["--pubkey-cert-pem", str(certificate), *ID_ATTRIBUTES]
        arguments += ["--node-xpath", f"//*[@ID='{element_id}']/*[local-name()='Signature']", str(source)]
        done = subprocess.run(arguments, capture_output=True, text=True, check=False)
        return done.returncode == 0


def key_name(key: Pair) -> str:
    """DigiD 3.x: SHA-1 of the certificate in hex."""
    return sha1(key.certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest()
