"""The artifact: a reference of 44 bytes that names who holds the answer (SAML bindings 3.6.4.2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from typing import Final

from broker.providers.saml.refusal import GateRefused

_TYPE: Final = b"\x00\x04"
_ENDPOINT_INDEX: Final = b"\x00\x00"
_BASE64_TEXT = re.compile(r"[A-Za-z0-9+/]{59}=", re.ASCII)


def check_artifact(artifact: str, entity_id: str) -> None:
    """Refuse anything but an artifact of type 4, index 0, held by `entity_id`; raises `GateRefused`."""
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
    if decoded[2:4] != _ENDPOINT_INDEX:
        raise GateRefused("artifact.index", "the artifact names another endpoint than index 0")
    if not hmac.compare_digest(decoded[4:24], source_id(entity_id)):
        raise GateRefused("artifact.source", "the artifact is not of the party that was asked")


def source_id(entity_id: str) -> bytes:
    """The SHA-1 of the entity ID: the standard's name for a party, not a protection."""
    return hashlib.sha1(entity_id.encode(), usedforsecurity=False).digest()
