"""The gate: the only way from received bytes to values that anybody may believe.

Five steps, in this order, each in a module of its own; the first that is not satisfied refuses the message.

1. `bytes_rules`        the bytes are plain XML 1.0 in UTF-8, of bounded size
2. `parse`              one strict parse: elements and text only, bounded depth
3. `skeleton`           exactly the form of the profile, every layer once on its absolute path
4. `signature_profile`  the signatures that must be there, in the one form that we verify
5. `verify`, `values`   pinned keys; then values only from the bytes that the outermost signature digested
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml.etree import _Element

from broker.providers.saml.advice import cut_advice
from broker.providers.saml.below import below
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.parse import held, parse_strictly
from broker.providers.saml.profile import LayerName, Profile
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.shape import match
from broker.providers.saml.signature_profile import check_signatures
from broker.providers.saml.skeleton import check_skeleton
from broker.providers.saml.values import VerifiedArtifactResponse, read_artifact_response
from broker.providers.saml.verify import VerifiedLayer, verify_layers

T = TypeVar("T")


def open_artifact_response(
    message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]
) -> VerifiedArtifactResponse:
    """Verify a SOAP message with an ArtifactResponse and read it; raises `GateRefused`.

    `trusted` are the signing keys of the one party that this login was sent to.
    """
    return open_signed(message, profile, trusted, read_artifact_response)


def open_signed(
    message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey], read: Callable[[_Element], T]
) -> T:
    """Verify a message whose outermost layer must be signed, and `read` the tree of what that one covers.

    A layer within it may have a signature of its own, by the same keys; then what is read there is what that
    signature covers too.
    """
    check_bytes(message)
    document = parse_strictly(message)
    with held(document):
        check_skeleton(document, profile)
        verified = verify_layers(check_signatures(document, profile), trusted)
    outermost = profile.layers[0]
    if outermost.name not in verified:
        raise GateRefused("signature.missing", f"the {outermost.name} must be signed")
    signed = verified[outermost.name].tree()
    cut_advice(signed, profile)
    with held(signed):
        # The form once more, on the tree that values come from: nothing rests on the received one.
        match(signed, outermost.shape, family="verified")
        own_signatures_cover_what_is_read(signed, profile, verified)
        return read(signed)


def fingerprint(message: bytes) -> str:
    """Names a refused message in the log without repeating it: 16 hex digits of its SHA-256."""
    return hashlib.sha256(message).hexdigest()[:16]


def own_signatures_cover_what_is_read(
    signed: _Element, profile: Profile, verified: Mapping[LayerName, VerifiedLayer]
) -> None:
    """Each layer with a signature of its own is, by place and by ID, the one that is read in `signed`.

    Both signatures were made over the one element of the received tree that stands at the layer's path, so
    that their canonical forms say the same; only where namespaces are declared may differ, by their lists of
    prefixes. IDs are unique there. So what is read was signed twice, whichever of both forms it is read from.
    """
    outermost = profile.layers[0]
    for layer in profile.layers:
        if layer.name in verified:
            found = below(signed, *layer.path[len(outermost.path) :])
            if found is None or found.get("ID") != verified[layer.name].element_id:
                raise GateRefused("verified.disagreement", f"another {layer.name} is read than was signed")
