"""The only form of XML signature that we look at, checked before any cryptography runs.

Fourth step of the gate: enveloped, exclusive canonicalisation without comments, RSA with SHA-256, one
Reference to the very element that the signature stands in. KeyInfo is not read at all: the key comes from
the metadata of the party that this login was sent to.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lxml.etree import _Element

from broker.providers.saml.base64_text import decode_base64
from broker.providers.saml.below import below
from broker.providers.saml.names import DS, ENVELOPED, EXC_C14N, RSA_SHA256, SHA256, ds, saml
from broker.providers.saml.profile import Layer, LayerName, Profile
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.shape import Shape, match, maybe, names, once, some

ALLOWED_PREFIXES: Final = frozenset({"ds", "saml", "samlp", "xs"})
SHA256_BYTES: Final = 32
# White space as XML has it: Python's own idea of it takes in characters that other readers refuse.
_XML_SPACE = re.compile(r"[ \t\r\n]+")

_INCLUSIVE_NAMESPACES = Shape(f"{{{EXC_C14N}}}InclusiveNamespaces", required=names("PrefixList"))
_CANONICALIZATION = Shape(
    ds("CanonicalizationMethod"), required=names("Algorithm"), children=(maybe(_INCLUSIVE_NAMESPACES),)
)
_TRANSFORM = Shape(ds("Transform"), required=names("Algorithm"), children=(maybe(_INCLUSIVE_NAMESPACES),))
_REFERENCE = Shape(
    ds("Reference"),
    required=names("URI"),
    children=(
        once(Shape(ds("Transforms"), children=(some(_TRANSFORM, minimum=1),))),
        once(Shape(ds("DigestMethod"), required=names("Algorithm"))),
        once(Shape(ds("DigestValue"), text=True)),
    ),
)
_SIGNED_INFO = Shape(
    ds("SignedInfo"),
    children=(
        once(_CANONICALIZATION),
        once(Shape(ds("SignatureMethod"), required=names("Algorithm"))),
        once(_REFERENCE),
    ),
)
_SIGNATURE = Shape(
    ds("Signature"),
    optional=names("Id"),
    children=(
        once(_SIGNED_INFO),
        once(Shape(ds("SignatureValue"), optional=names("Id"), text=True)),
        maybe(Shape(ds("KeyInfo"), opaque=True)),
    ),
)


@dataclass(frozen=True, slots=True)
class SignedLayer:
    """A layer with a signature of the right form, not yet verified."""

    name: LayerName
    element_id: str
    element: _Element
    signature: _Element
    signed_info: _Element
    signed_info_prefixes: tuple[str, ...]
    element_prefixes: tuple[str, ...]
    digest: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """The elements of one signature of the fixed form."""

    parent_id: str
    signed_info: _Element
    canonicalization: _Element
    method: _Element
    reference: _Element
    transforms: tuple[_Element, ...]
    digest_method: _Element
    digest_value: _Element
    value: _Element
    key_info: _Element | None


def check_signatures(root: _Element, profile: Profile) -> tuple[SignedLayer, ...]:
    """The signatures of all layers, outermost first; raises `GateRefused` for any that is missing or odd.

    The skeleton has been checked: a layer stands at most once, a signature only directly in a layer.
    """
    signed = []
    for layer in profile.layers:
        element = find_layer(root, layer)
        if element is None:
            continue
        signature = next(element.iterchildren(ds("Signature")), None)
        if signature is not None:
            stands_after_issuer(signature)
            signed.append(check_signature(layer.name, element, signature))
        elif layer.must_be_signed:
            raise GateRefused("signature.missing", f"the {layer.name} must be signed")
    return tuple(signed)


def find_layer(root: _Element, layer: Layer) -> _Element | None:
    """The element on the layer's absolute path."""
    return below(root, *layer.path[1:]) if root.tag == layer.path[0] else None


def stands_after_issuer(signature: _Element) -> None:
    """The signature is the second child, right behind Issuer (SAML core 2.3.3 and 3.2.2)."""
    before = signature.getprevious()
    if before is None or before.tag != saml("Issuer") or before.getprevious() is not None:
        raise GateRefused("signature.place", "the signature does not follow the Issuer")


def has_fixed_form(signature: _Element) -> None:
    """One SignedInfo, one Reference, one value; no Object, no Manifest, no parameters."""
    match(signature, _SIGNATURE, family="signature")


def key_info_holds_only_key_material(parts: Parts) -> None:
    """KeyInfo is never read; still nothing foreign may hide in it."""
    if parts.key_info is None:
        return
    for element in parts.key_info.iter():
        if not str(element.tag).startswith(f"{{{DS}}}"):
            raise GateRefused("signature.key-info", "KeyInfo holds an element of another namespace")


def canonicalises_exclusively(parts: Parts) -> None:
    """SignedInfo is canonicalised exclusively, without comments."""
    if parts.canonicalization.get("Algorithm") != EXC_C14N:
        raise GateRefused("signature.canonicalization", "SignedInfo is not canonicalised as agreed")


def signs_with_rsa_sha256(parts: Parts) -> None:
    """RSA PKCS#1 v1.5 with SHA-256; no HMAC, nothing weaker, nothing unknown."""
    if parts.method.get("Algorithm") != RSA_SHA256:
        raise GateRefused("signature.method", "the signature algorithm is not RSA with SHA-256")


def digests_with_sha256(parts: Parts) -> None:
    """SHA-256 and nothing else."""
    if parts.digest_method.get("Algorithm") != SHA256:
        raise GateRefused("signature.digest-method", "the digest algorithm is not SHA-256")


def refers_to_its_parent(parts: Parts) -> None:
    """The one Reference names the ID of the element that the signature stands in."""
    if not parts.parent_id or parts.reference.get("URI") != f"#{parts.parent_id}":
        raise GateRefused("signature.reference", "the Reference does not name the signed element")


def transforms_exactly_twice(parts: Parts) -> None:
    """First enveloped-signature, then exclusive canonicalisation; no XPath, no XSLT, nothing more."""
    algorithms = [transform.get("Algorithm") for transform in parts.transforms]
    if algorithms != [ENVELOPED, EXC_C14N] or len(parts.transforms[0]):
        raise GateRefused("signature.transforms", "the transforms are not the two that are allowed")


SIGNATURE_RULES: Final[tuple[Callable[[Parts], None], ...]] = (
    key_info_holds_only_key_material,
    canonicalises_exclusively,
    signs_with_rsa_sha256,
    digests_with_sha256,
    refers_to_its_parent,
    transforms_exactly_twice,
)


def check_signature(name: LayerName, element: _Element, signature: _Element) -> SignedLayer:
    """One signature of the form that we verify, over the element that it stands in."""
    has_fixed_form(signature)
    parts = _take_apart(element, signature)
    for rule in SIGNATURE_RULES:
        rule(parts)
    digest = _decoded(parts.digest_value)
    if len(digest) != SHA256_BYTES:
        raise GateRefused("signature.encoding", "the digest is not 32 bytes")
    return SignedLayer(
        name=name,
        element_id=parts.parent_id,
        element=element,
        signature=signature,
        signed_info=parts.signed_info,
        signed_info_prefixes=_prefixes(parts.canonicalization),
        element_prefixes=_prefixes(parts.transforms[1]),
        digest=digest,
        value=_decoded(parts.value),
    )


def _take_apart(element: _Element, signature: _Element) -> Parts:
    """By position: the form has just been checked, so each child is what its place says."""
    signed_info, value, *key_info = signature
    canonicalization, method, reference = signed_info
    transforms, digest_method, digest_value = reference
    return Parts(
        parent_id=element.get("ID", ""),
        signed_info=signed_info,
        canonicalization=canonicalization,
        method=method,
        reference=reference,
        transforms=tuple(transforms),
        digest_method=digest_method,
        digest_value=digest_value,
        value=value,
        key_info=key_info[0] if key_info else None,
    )


def _prefixes(method: _Element) -> tuple[str, ...]:
    for inclusive in method:
        prefixes = tuple(filter(None, _XML_SPACE.split(inclusive.get("PrefixList", ""))))
        if not ALLOWED_PREFIXES.issuperset(prefixes):
            raise GateRefused("signature.prefixes", "the PrefixList names a prefix that is not agreed")
        return prefixes
    return ()


def _decoded(element: _Element) -> bytes:
    try:
        return decode_base64(element.text)
    except ValueError:
        raise GateRefused("signature.encoding", "a value is not base64") from None
