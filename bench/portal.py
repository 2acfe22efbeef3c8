"""A portal that proves who it is by a key of its own: its questions, and how it redeems a code."""

from __future__ import annotations

import json
import secrets
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import ECKey

_ASSERTION_SECONDS = 50
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Portal:
    """`proof` is its private key."""

    client_id: str
    callback: str
    proof: ECKey = field(repr=False)

    @classmethod
    def of_state(cls, state: Path, client_id: str, callback: str) -> Portal:
        """With the key that the demo made for it."""
        keys = json.loads((state / f"portals/{client_id}.private.jwks").read_text())["keys"]
        signing = next(key for key in keys if key["use"] == "sig")
        return cls(client_id, callback, ECKey.import_key(signing))

    def authorization(self, verifier: str) -> str:
        """The query of its request to log somebody in."""
        return authorization(verifier, self.client_id, self.callback)

    def redemption(self, broker: str, code: str, verifier: str) -> str:
        """The form that redeems a code."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": broker,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        key = self.proof
        proof = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
        return urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.callback,
                "code_verifier": verifier,
                "client_assertion_type": _JWT_BEARER,
                "client_assertion": proof,
            }
        )


def authorization(verifier: str, client_id: str, callback: str) -> str:
    """The query of a portal's request to log somebody in."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": callback,
            "scope": "openid profile email",
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
