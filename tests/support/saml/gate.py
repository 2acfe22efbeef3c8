"""Drives the gate as a login does, and says in one word what came of it."""

from __future__ import annotations

from broker.providers.digid.form import digid_profile
from broker.providers.saml.gate import open_artifact_response
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.values import VerifiedArtifactResponse
from tests.support.saml.keys import pair

ACCEPTED = "accepted"


def opened(message: bytes, *, want_assertions_signed: bool = True) -> VerifiedArtifactResponse:
    """Pass `message` through the gate with the identity provider's key pinned."""
    profile = digid_profile(want_assertions_signed=want_assertions_signed)
    return open_artifact_response(message, profile, [pair("idp").key.public_key()])


def verdict(message: bytes, *, want_assertions_signed: bool = True) -> str:
    """``accepted``, or the reason code of the refusal."""
    try:
        opened(message, want_assertions_signed=want_assertions_signed)
    except GateRefused as refusal:
        return refusal.reason_code
    return ACCEPTED
