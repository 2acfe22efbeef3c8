"""The artifact: a reference of 44 bytes that names who holds the answer (SAML bindings 3.6.4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Final

from broker.providers.saml.refusal import GateRefused

_TYPE: Final = b"\x00\x04"
_BASE64_TEXT = re.compile(r"[A-Za-z0-9+/]{59}=", re.ASCII)


def check_artifact(artifact: str, entity_id: str, endpoints: Mapping[int, str]) -> str:
    """Where to resolve it: the one of `endpoints` whose index it names.

    Raises `GateRefused` for anything but an artifact of type 4, held by `entity_id`, for one of them.
    """
    if not _BASE64_TEXT.fullmatch(artifact):
        raise GateRefused("artifact.form", "the artifact is not 44 bytes in base64")
    try:
        decoded = base64.b64decode(artifact, validate=True)
    except binascii.Error:
        raise GateRefused("artifact.form", "the artifact is not 44 bytes in base64") from None
    if base64.b64encode(decoded).decode("ascii") != artifact:
        # Unused bits that are not zero would give one artifact several spellings, and so several uses.
        raise GateRefused("artifact.form", "the artifact is not in its only spelling")
    if decoded[:2] != _TYPE:
        raise GateRefused("artifact.type", "the artifact is not of type 4")
    endpoint = endpoints.get(int.from_bytes(decoded[2:4], "big"))
    if endpoint is None:
        raise GateRefused("artifact.index", "the artifact names an endpoint that is not in the metadata")
    if not hmac.compare_digest(decoded[4:24], source_id(entity_id)):
        raise GateRefused("artifact.source", "the artifact is not of the party that was asked")
    return endpoint


def source_id(entity_id: str) -> bytes:
    """The SHA-1 of the entity ID: the standard's name for a party, not a protection."""
    return hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
