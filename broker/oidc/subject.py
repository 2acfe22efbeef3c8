"""Pairwise subjects: what one sector calls a person says nothing to another sector."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

SEED_BYTES = 32


def pairwise_subject(seed: bytes, sector: str) -> str:
    """The `sub` of an account in a sector (OpenID Connect Core 8.1): 43 characters, base64url.

    HMAC-SHA-256 over the sector under the account's own random seed: no BSN goes in, so none can be
    guessed out, and erasing the seed ends all its subjects. `ValueError` for a seed that is not 32 bytes.
    """
    if len(seed) != SEED_BYTES or not sector:
        raise ValueError("a subject needs a seed of 32 bytes and a sector")
    digest = hmac.new(seed, sector.encode(), sha256).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
