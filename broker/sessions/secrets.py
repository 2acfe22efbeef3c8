"""Values that a browser keeps and we can only recognise: random, stored as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets

_BYTES = 32


def new_secret() -> str:
    """256 random bits as 43 characters that are safe in a cookie and a URL."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """SHA-256 in hex; enough for a secret of 256 bits, which nobody can guess."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def matches(secret: str, expected_digest: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(digest(secret), expected_digest)
