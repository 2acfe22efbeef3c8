"""Making the tokens of one grant: the ID token for the portal, the access token for its API and userinfo."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.domain.clock import Clock
from broker.oidc import access_token, id_token
from broker.oidc.claims import ClaimSource
from broker.oidc.clients import Client
from broker.oidc.grants import Grant
from broker.oidc.keys import SigningKeys
from broker.oidc.signed_jwt import seal, sign


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
        algorithm = client.id_token_signed_response_alg
        signed = sign(self._keys, algorithm, claims, typ=id_token.TYPE)
        envelope = client.id_token_envelope
        if envelope is not None:
            signed = seal(signed, envelope)
        elif client.encrypts_id_tokens or "bsn" in claims:
            raise EncryptionMissing(client.client_id)
        bearer = access_token.access_token_claims(self._issuer, client, grant, source.rights, now)
        return TokenPair(signed, sign(self._keys, algorithm, bearer, typ=access_token.TYPE))
