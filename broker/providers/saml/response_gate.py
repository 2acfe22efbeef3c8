"""The gate for a Response that the browser brings by itself (SAML bindings 3.5): the same five steps.

What differs is the outermost layer: nothing is around the Response, so that its own signature must be there.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.advice import cut_advice
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.gate import agrees_with_its_own_signature
from broker.providers.saml.parse import held, parse_strictly
from broker.providers.saml.profile import LayerName, Profile
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.shape import match
from broker.providers.saml.signature_profile import check_signatures
from broker.providers.saml.skeleton import check_skeleton
from broker.providers.saml.values import VerifiedResponse, read_response
from broker.providers.saml.verify import verify_layers


def open_response(message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]) -> VerifiedResponse:
    """Verify a Response and read it; raises `GateRefused`. `trusted` as in `open_artifact_response`."""
    check_bytes(message)
    document = parse_strictly(message)
    with held(document):
        check_skeleton(document, profile)
        signed = check_signatures(document, profile)
        verified = verify_layers(signed, trusted)
    cut_advice(verified, profile)
    outer = verified.get(LayerName.RESPONSE)
    if outer is None:
        raise GateRefused("signature.missing", "the response must be signed")
    with held(outer.root):
        match(outer.root, profile.layers[0].shape, family="verified")
        response = read_response(outer.root)
    agrees_with_its_own_signature(response, verified.get(LayerName.ASSERTION))
    return response
