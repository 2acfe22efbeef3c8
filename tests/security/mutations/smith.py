"""Makes XML signatures of any shape: right ones, odd ones that are cryptographically right, and lies.

It owes nothing to the broker's own signing: lxml canonicalises, cryptography signs, the rest is text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha1

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256 as SHA256_HASH
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree
from lxml.etree import _Element

from tests.support.saml.keys import Pair
from tests.support.saml.signers import DS, ENVELOPED, EXC_C14N, RSA_SHA256, SHA256

DIGEST, VALUE, SIGNED_ID = "@digest@", "@value@", "@id@"
PARSER = etree.XMLParser(no_network=True, load_dtd=False, huge_tree=True)


def transform(algorithm: str, inside: str = "") -> str:
    """One Transform."""
    return f'<ds:Transform Algorithm="{algorithm}">{inside}</ds:Transform>'


def inclusive(prefixes: str) -> str:
    """An InclusiveNamespaces."""
    return f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="{prefixes}"/>'


TWO_TRANSFORMS = transform(ENVELOPED) + transform(EXC_C14N)
FULL_KEY_INFO = (
    "<ds:KeyInfo><ds:KeyName>{name}</ds:KeyName><ds:X509Data><ds:X509Certificate>{certificate}"
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
)


def rsa_sha256(key: Pair, signed: bytes) -> bytes:
    """As agreed with DigiD."""
    return key.key.sign(signed, PKCS1v15(), SHA256_HASH())


def sha256(canonical: bytes) -> bytes:
    """As agreed with DigiD."""
    return hashlib.sha256(canonical).digest()


@dataclass(frozen=True)
class Canon:
    """How something is really canonicalised, whatever the signature says about it."""

    exclusive: bool = True
    with_comments: bool = False
    prefixes: tuple[str, ...] = ()

    def of(self, element: _Element) -> bytes:
        """The canonical bytes."""
        canonical: bytes = etree.tostring(
            element,
            method="c14n",
            exclusive=self.exclusive,
            with_comments=self.with_comments,
            inclusive_ns_prefixes=list(self.prefixes) or None if self.exclusive else None,
        )
        return canonical


@dataclass(frozen=True)
class Stamp:
    """What a signature says (texts), and what it does (functions and canons)."""

    method: str = f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"/>'
    digest_method: str = f'<ds:DigestMethod Algorithm="{SHA256}"/>'
    canonicalization: str = f'<ds:CanonicalizationMethod Algorithm="{EXC_C14N}"/>'
    transforms: str = TWO_TRANSFORMS
    uri: str = f' URI="#{SIGNED_ID}"'
    more_references: str = ""
    key_info: str = FULL_KEY_INFO
    after: str = ""
    sign: Callable[[Pair, bytes], bytes] = rsa_sha256
    digest: Callable[[bytes], bytes] = sha256
    element_canon: Canon = Canon()
    info_canon: Canon = Canon()

    def template(self, key: Pair) -> str:
        """The signature with places for its digest and its value."""
        der = key.certificate.public_bytes(Encoding.DER)
        name = sha1(der, usedforsecurity=False).hexdigest()
        key_info = self.key_info.replace("{name}", name)
        key_info = key_info.replace("{certificate}", base64.b64encode(der).decode())
        return (
            f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{self.canonicalization}{self.method}'
            f"<ds:Reference{self.uri}><ds:Transforms>{self.transforms}</ds:Transforms>{self.digest_method}"
            f"<ds:DigestValue>{DIGEST}</ds:DigestValue></ds:Reference>{self.more_references}</ds:SignedInfo>"
            f"<ds:SignatureValue>{VALUE}</ds:SignatureValue>{key_info}{self.after}</ds:Signature>"
        )


DIGID_PREFIXES = ("ds", "saml", "samlp", "xs")
DIGID_STAMP = Stamp(
    transforms=transform(ENVELOPED) + transform(EXC_C14N, inclusive(" ".join(DIGID_PREFIXES))),
    element_canon=Canon(prefixes=DIGID_PREFIXES),
)


def stamped(text: str, place: str, key: Pair, stamp: Stamp) -> str:
    """`text` with a signature at `place` over the element that the place stands in."""
    text = text.replace(place, stamp.template(key), 1)
    signature = _placed(text)
    parent = signature.getparent()
    assert parent is not None, "a signature stands in something"
    text = text.replace(SIGNED_ID, parent.get("ID", ""))
    take_out(signature)
    digest = base64.b64encode(stamp.digest(stamp.element_canon.of(parent))).decode()
    text = text.replace(DIGEST, digest, 1)
    signed = stamp.info_canon.of(_placed(text)[0])
    return text.replace(VALUE, base64.b64encode(stamp.sign(key, signed)).decode(), 1)


def take_out(signature: _Element) -> None:
    """Remove an element and keep the text behind it."""
    parent, before, tail = signature.getparent(), signature.getprevious(), signature.tail or ""
    assert parent is not None
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail
    parent.remove(signature)


def parsed(text: str | bytes) -> _Element:
    """Read what a family has made."""
    return etree.fromstring(text.encode() if isinstance(text, str) else text, PARSER)


def _placed(text: str) -> _Element:
    """The signature whose value is still a place."""
    for value in parsed(text).iter(f"{{{DS}}}SignatureValue"):
        signature = value.getparent()
        if value.text == VALUE and signature is not None:
            return signature
    raise AssertionError("there is no signature to fill in")
