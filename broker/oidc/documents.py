"""Public documents that anybody may fetch and keep: discovery and the key set."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

# Shorter than the overlap of a key rotation, so that no portal misses a new key (OpenID Connect Core 10.1.1).
JWKS_MAX_AGE_SECONDS = 3600
# NL GOV OIDC 5.4.3 asks a week for what hardly changes.
DISCOVERY_MAX_AGE_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class PublicDocument:
    """JSON as bytes with its entity tag (quoted, strong) and the headers to send."""

    body: bytes
    etag: str
    headers: tuple[tuple[str, str], ...]


def public_document(content: Mapping[str, object], *, max_age_seconds: int) -> PublicDocument:
    """Freeze `content`; pages of any site may read it, for it is the same to everybody."""
    body = json.dumps(content, separators=(",", ":"), sort_keys=True).encode()
    etag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = (
        ("Content-Type", "application/json"),
        ("Cache-Control", f"public, max-age={max_age_seconds}"),
        ("Access-Control-Allow-Origin", "*"),
        ("ETag", etag),
    )
    return PublicDocument(body, etag, headers)
