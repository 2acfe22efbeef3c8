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

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc.jwk import ECKey

_ASSERTION_SECONDS = 50
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ES256 = ECDSA(SHA256())
_HALF_BYTES = 32


@dataclass(frozen=True, slots=True)
class Portal:
    """`proof` is its private key, and `proof_header` the head of what it signs with that."""

    client_id: str
    callback: str
    proof: EllipticCurvePrivateKey = field(repr=False)
    proof_header: str = field(repr=False)

    @classmethod
    def of_state(cls, state: Path, client_id: str, callback: str) -> Portal:
        """With the key that the demo made for it."""
        keys = json.loads((state / f"portals/{client_id}.private.jwks").read_text())["keys"]
        key = ECKey.import_key(next(key for key in keys if key["use"] == "sig"))
        if key.private_key is None:
            raise ValueError("the key of the portal is a public one")
        header = _base64(json.dumps({"alg": "ES256", "kid": key.kid}).encode())
        return cls(client_id, callback, key.private_key, header)

    def authorization(self, verifier: str) -> str:
        """The query of its request to log somebody in."""
        return authorization(verifier, self.client_id, self.callback)

    def redemption(self, broker: str, code: str, verifier: str) -> str:
        """The form that redeems a code."""
        return urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.callback,
                "code_verifier": verifier,
                "client_assertion_type": _JWT_BEARER,
                "client_assertion": self._assertion(broker),
            }
        )

    def _assertion(self, broker: str) -> str:
        """A JWT that says who the portal is, signed without what a general library weighs first."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": broker,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        signed = f"{self.proof_header}.{_base64(json.dumps(claims).encode())}"
        halves = decode_dss_signature(self.proof.sign(signed.encode(), _ES256))
        return f"{signed}.{_base64(b''.join(half.to_bytes(_HALF_BYTES, 'big') for half in halves))}"


def authorization(verifier: str, client_id: str, callback: str) -> str:
    """The query of a portal's request to log somebody in."""
    return urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": callback,
            "scope": "openid profile email",
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "code_challenge": _base64(sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
    )


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
