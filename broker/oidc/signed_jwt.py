"""Making our own tokens: signed in the algorithm that the client registered, sealed if it asked for that."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from functools import lru_cache
from json import JSONEncoder

from joserfc import jwe
from joserfc.jws import JWSRegistry

from broker.oidc.client_keys import Envelope
from broker.oidc.keys import SigningKeys
from broker.oidc.vocabulary import SigningAlgorithm

_encode_json = JSONEncoder(separators=(",", ":")).encode
# joserfc signs. What it would look at anew for each token stays as it is: our header, with our own key in it.
_SIGNERS = {each: JWSRegistry(algorithms=[each.value]).get_alg(each.value) for each in SigningAlgorithm}


def sign(keys: SigningKeys, algorithm: SigningAlgorithm, claims: Mapping[str, object], *, typ: str) -> str:
    """A compact JWS of `claims` with the active key of `algorithm`; `NoSigningKey` when there is none."""
    key = keys.active(algorithm)
    head = _head(key.algorithm, key.kid, typ)
    signed = f"{head}.{_base64url(_encode_json(dict(claims)).encode())}"
    signature = _SIGNERS[key.algorithm].sign(signed.encode(), key.key)
    return f"{signed}.{_base64url(signature)}"


def seal(signed: str, envelope: Envelope) -> str:
    """The signed token sealed to the client's key (RFC 7519 5.2: nested, content type JWT)."""
    alg, enc = envelope.alg.value, envelope.enc.value
    header = {"alg": alg, "enc": enc, "kid": envelope.key.kid, "cty": "JWT"}
    return jwe.encrypt_compact(header, signed, envelope.key.key, algorithms=[alg, enc])


@lru_cache(maxsize=64)
def _head(algorithm: SigningAlgorithm, kid: str, typ: str) -> str:
    return _base64url(_encode_json({"alg": algorithm.value, "kid": kid, "typ": typ}).encode())


def _base64url(plain: bytes) -> str:
    return urlsafe_b64encode(plain).rstrip(b"=").decode()
