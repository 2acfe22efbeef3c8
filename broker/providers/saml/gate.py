"""The gate: the only way from received bytes to values that anybody may believe.

Five steps, in this order, each in a module of its own; the first that is not satisfied refuses the message.

1. `bytes_rules`        the bytes are plain XML 1.0 in UTF-8, of bounded size
2. `parse`              one strict parse: elements and text only, bounded depth
3. `skeleton`           exactly the form of the profile, every layer once on its absolute path
4. `signature_profile`  the signatures that must be there, in the one form that we verify
5. `verify`, `values`   pinned keys; then values only from the bytes that were digested
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.advice import cut_advice
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.parse import held, parse_strictly
from broker.providers.saml.profile import LayerName, Profile
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.shape import match
from broker.providers.saml.signature_profile import check_signatures
from broker.providers.saml.skeleton import check_skeleton
from broker.providers.saml.values import (
    VerifiedArtifactResponse,
    VerifiedResponse,
    read_artifact_response,
    read_assertion,
)
from broker.providers.saml.verify import VerifiedLayer, verify_layers


def open_artifact_response(
    message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]
) -> VerifiedArtifactResponse:
    """Verify a SOAP message with an ArtifactResponse and read it; raises `GateRefused`.

    `trusted` are the signing keys of the one party that this login was sent to.
    """
    check_bytes(message)
    document = parse_strictly(message)
    with held(document):
        check_skeleton(document, profile)
        signed = check_signatures(document, profile)
        verified = verify_layers(signed, trusted)
    cut_advice(verified, profile)
    return _read(verified, profile)


def fingerprint(message: bytes) -> str:
    """Names a refused message in the log without repeating it: 16 hex digits of its SHA-256."""
    return hashlib.sha256(message).hexdigest()[:16]


def _read(verified: Mapping[LayerName, VerifiedLayer], profile: Profile) -> VerifiedArtifactResponse:
    outer = verified.get(LayerName.ARTIFACT_RESPONSE)
    if outer is None:
        raise GateRefused("signature.missing", "the artifact-response must be signed")
    with held(outer.root):
        # The form once more, on the tree that values come from: nothing rests on the received one.
        match(outer.root, profile.layers[0].shape, family="verified")
        answer = read_artifact_response(outer.root)
    agrees_with_its_own_signature(answer.response, verified.get(LayerName.ASSERTION))
    return answer


def agrees_with_its_own_signature(response: VerifiedResponse | None, own: VerifiedLayer | None) -> None:
    """Both signatures over an Assertion must have signed the same values, field by field."""
    if own is None:
        return
    if response is None or response.assertion != read_assertion(own.root):
        raise GateRefused("verified.disagreement", "the two signed forms of the Assertion differ")
