"""Verification: the bytes that a pinned key has signed, and a fresh tree of exactly those bytes.

Fifth step of the gate. Whoever reads a value reads it from the tree of what the outermost signature covers,
which this module made. A layer within it is canonicalised and held against its own signature too; its bytes
are never made into a tree, so that there are no two readings that could differ.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.parse import parse_canonical
from broker.providers.saml.profile import LayerName
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.signature_profile import SignedLayer

_PADDING = PKCS1v15()
_HASH = SHA256()


@dataclass(frozen=True, slots=True)
class VerifiedLayer:
    """The canonical bytes that were digested, without the layer's own signature.

    `element_id` is the ID that the signature's Reference names, unique in the document (XML Signature 1.1,
    4.4.3.1).
    """

    element_id: str
    canonical: bytes

    def tree(self) -> _Element:
        """A fresh tree of exactly the digested bytes, which holds nothing that was not signed."""
        return parse_canonical(self.canonical)


def verify_layers(
    signed: Sequence[SignedLayer], trusted: Sequence[RSAPublicKey]
) -> Mapping[LayerName, VerifiedLayer]:
    """Verify all of `signed`, outermost first, each with one of the `trusted` keys; raises `GateRefused`.

    There is more than one key while the other party rolls its keys over. The signatures are taken out of
    the received tree along the way, so the tree is of no use afterwards.
    """
    return {layer.name: _verify_one(layer, trusted) for layer in signed}


def _verify_one(layer: SignedLayer, trusted: Sequence[RSAPublicKey]) -> VerifiedLayer:
    signed_info = canonicalise(layer.signed_info, layer.signed_info_prefixes)
    if not any(is_signed_by(key, layer.value, signed_info) for key in trusted):
        raise GateRefused("signature.invalid", f"no trusted key made the signature of the {layer.name}")
    remove_keeping_tail(layer.signature)
    canonical = canonicalise(layer.element, layer.element_prefixes)
    if not hmac.compare_digest(hashlib.sha256(canonical).digest(), layer.digest):
        raise GateRefused("signature.digest", f"the {layer.name} is not what was signed")
    return VerifiedLayer(layer.element_id, canonical)


def canonicalise(element: _Element, prefixes: Sequence[str]) -> bytes:
    """Exclusive XML canonicalisation without comments, in the context of the element's ancestors."""
    try:
        canonical = etree.tostring(
            element,
            method="c14n",
            exclusive=True,
            with_comments=False,
            inclusive_ns_prefixes=list(prefixes) or None,
        )
    except (etree.LxmlError, ValueError):
        canonical = b""
    if not canonical.startswith(b"<"):
        # Nothing to digest must never count as something that was signed.
        raise GateRefused("signature.void", "the element has no canonical form")
    return canonical


def remove_keeping_tail(element: _Element) -> None:
    """The enveloped-signature transform: the signature goes, the white space behind it stays."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)


def is_signed_by(key: RSAPublicKey, value: bytes, signed: bytes) -> bool:
    """Whether this key made the signature `value` over `signed` (RSA PKCS#1 v1.5 with SHA-256)."""
    try:
        key.verify(value, signed, _PADDING, _HASH)
    except InvalidSignature:
        return False
    return True
