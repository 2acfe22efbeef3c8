"""A first key pair for a portal that has none yet: made once, handed over once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Final

from joserfc.jwk import ECKey, KeyParameters, KeySet, RSAKey

from broker.oidc.vocabulary import SigningAlgorithm

_RSA_BITS: Final = 3072


@dataclass(frozen=True, slots=True)
class NewClientKeys:
    """Two JWK Sets as JSON: the portal's own, and the one that we are told."""

    private: str = field(repr=False)
    public: str


def new_client_keys(algorithm: SigningAlgorithm, kid: str) -> NewClientKeys:
    """A key pair by which a client proves itself (`private_key_jwt`)."""
    named: KeyParameters = {"use": "sig", "alg": algorithm.value, "kid": kid}
    key = (
        ECKey.generate_key("P-256", named)
        if algorithm is SigningAlgorithm.ES256
        else RSAKey.generate_key(_RSA_BITS, named)
    )
    private, public = (json.dumps(KeySet([key]).as_dict(private=told), indent=2) for told in (True, False))
    return NewClientKeys(private, public)
