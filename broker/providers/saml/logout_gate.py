"""The gate for a LogoutResponse (SAML core 3.7.2), by either binding of the browser: the same five steps.

In a form the message carries its own signature. In a query the signature stands beside it and covers all of
it, so that the message may hold none, and values are read from the one tree of the verified bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.gate import open_signed
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.profile import Profile
from broker.providers.saml.signed_query import open_signed_query
from broker.providers.saml.skeleton import check_skeleton
from broker.providers.saml.values import VerifiedResponse, read_response


def open_logout_form(message: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]) -> VerifiedResponse:
    """Verify a LogoutResponse that the browser posted and read it; raises `GateRefused`."""
    return open_signed(message, profile, trusted, read_response)


def open_logout_query(query: bytes, profile: Profile, trusted: Sequence[RSAPublicKey]) -> VerifiedResponse:
    """Verify a LogoutResponse in a query and read it; raises `GateRefused`."""
    message = open_signed_query(query, trusted)
    check_bytes(message)
    document = parse_strictly(message)
    check_skeleton(document, profile)
    return read_response(document)
