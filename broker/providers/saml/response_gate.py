"""The gate for a Response that the browser brings by itself (SAML bindings 3.5): the same five steps.

What differs is the outermost layer: nothing is around the Response, so that its own signature must be there.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.gate import open_signed
from broker.providers.saml.profile import Profile
from broker.providers.saml.values import VerifiedResponse, read_response


def open_response(message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]) -> VerifiedResponse:
    """Verify a Response and read it; raises `GateRefused`. `trusted` as in `open_artifact_response`."""
    return open_signed(message, profile, trusted, read_response)
