"""client_secret_basic (RFC 6749 2.3.1): reading the header and comparing the secret."""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from urllib.parse import unquote_plus

MAX_HEADER_CHARACTERS = 4096
_NOBODY = sha256(b"").hexdigest()


class UnreadableBasic(ValueError):
    """The header is no Basic header that could ever be right."""


def read_basic(header: str) -> tuple[str, str]:
    """The client_id and the secret: base64, then UTF-8, then form-urlencoded each (RFC 6749 2.3.1)."""
    scheme, _, encoded = header.strip().partition(" ")
    if scheme.lower() != "basic" or len(header) > MAX_HEADER_CHARACTERS:
        raise UnreadableBasic("not Basic")
    try:
        user, colon, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        client_id, secret = unquote_plus(user, errors="strict"), unquote_plus(password, errors="strict")
    except ValueError as error:
        raise UnreadableBasic("not base64 of UTF-8") from error
    if not colon or not client_id or not secret:
        raise UnreadableBasic("client_id or secret is missing")
    return client_id, secret


def secret_matches(secret: str, registered_sha256: str | None) -> bool:
    """Compare in constant time; with nothing registered the same work is done and the answer is no.

    Client secrets are 256 random bits, so that a plain hash is enough at rest (design 9).
    """
    given = sha256(secret.encode()).hexdigest()
    return hmac.compare_digest(given, registered_sha256 or _NOBODY) and bool(registered_sha256)
