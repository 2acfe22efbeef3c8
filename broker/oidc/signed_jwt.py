"""Making our own tokens: signed in the algorithm that the client registered, sealed if it asked for that."""

from __future__ import annotations

from collections.abc import Mapping

from joserfc import jwe, jwt

from broker.oidc.client_keys import Envelope
from broker.oidc.keys import SigningKeys
from broker.oidc.vocabulary import SigningAlgorithm


def sign(keys: SigningKeys, algorithm: SigningAlgorithm, claims: Mapping[str, object], *, typ: str) -> str:
    """A compact JWS of `claims` with the active key of `algorithm`; `NoSigningKey` when there is none."""
    key = keys.active(algorithm)
    header = {"alg": key.algorithm.value, "kid": key.kid, "typ": typ}
    return jwt.encode(header, dict(claims), key.key, algorithms=[key.algorithm.value])


def seal(signed: str, envelope: Envelope) -> str:
    """The signed token sealed to the client's key (RFC 7519 5.2: nested, content type JWT)."""
    alg, enc = envelope.alg.value, envelope.enc.value
    header = {"alg": alg, "enc": enc, "kid": envelope.key.kid, "cty": "JWT"}
    return jwe.encrypt_compact(header, signed, envelope.key.key, algorithms=[alg, enc])
