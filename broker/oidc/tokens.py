"""Making the tokens of one grant: the ID token for the portal, the access token for its API and userinfo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from joserfc import jwe, jwt

from broker.domain.clock import Clock
from broker.oidc import access_token, id_token
from broker.oidc.claims import ClaimSource
from broker.oidc.clients import Client
from broker.oidc.grants import Grant
from broker.oidc.keys import SigningKeys


class EncryptionMissing(Exception):
    """An ID token with a BSN was about to leave unencrypted; this is a fault of ours and stops the answer."""


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What a code is exchanged for; never printed."""

    id_token: str = field(repr=False)
    access_token: str = field(repr=False)


class TokenMinter:
    """Signs with the active key of the client's own algorithm; loads and parses nothing."""

    def __init__(self, issuer: str, keys: SigningKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clock = clock

    def mint(self, client: Client, grant: Grant, source: ClaimSource) -> TokenPair:
        """Both tokens. `source` is the grant's own with the session's ends as they are now."""
        now = self._clock()
        claims = id_token.id_token_claims(self._issuer, client, grant, source, now)
        signed = self._sign(client, claims, id_token.TYPE)
        if client.encrypts_id_tokens:
            signed = _encrypted(client, signed)
        elif "bsn" in claims:
            raise EncryptionMissing(client.client_id)
        bearer = access_token.access_token_claims(self._issuer, client, grant, now)
        return TokenPair(signed, self._sign(client, bearer, access_token.TYPE))

    def _sign(self, client: Client, claims: Mapping[str, object], typ: str) -> str:
        key = self._keys.active(client.id_token_signed_response_alg)
        header = {"alg": key.algorithm.value, "kid": key.kid, "typ": typ}
        return jwt.encode(header, dict(claims), key.key, algorithms=[key.algorithm.value])


def _encrypted(client: Client, signed: str) -> str:
    """The signed token sealed to the client's key (RFC 7519 5.2: nested, content type JWT)."""
    target = client.jwks.encryption
    alg, enc = client.id_token_encrypted_response_alg, client.id_token_encrypted_response_enc
    if target is None or alg is None:
        raise EncryptionMissing(client.client_id)
    header = {"alg": alg.value, "enc": enc.value, "kid": target.kid, "cty": "JWT"}
    return jwe.encrypt_compact(header, signed, target.key, algorithms=[alg.value, enc.value])
