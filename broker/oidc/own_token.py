"""Tokens that we signed and that come back: who may have signed them is judged here, for every door alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.jose import TokenRefused, read_token, text_claim, verify
from broker.oidc.keys import SigningKeys


@dataclass(frozen=True, slots=True)
class OwnToken:
    """Signed by us for this client; its times, audience and grant are judged by the door it came to."""

    client: Client
    claims: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnTokenReader:
    """Verifies with our own keys, those of the past included."""

    issuer: str
    keys: SigningKeys
    clients: ClientRegistry

    def read(self, text: str, *, token_type: str, client_claim: str) -> OwnToken:
        """Check type, key, algorithm, signature, client and issuer; `TokenRefused` says which is wrong.

        The algorithm must be that of the key and that of the client whom `client_claim` names.
        """
        token = read_token(text)
        if token.type != token_type.lower():
            raise TokenRefused(f"not of type {token_type}")
        key = self.keys.find(token.kid)
        if key is None or key.algorithm is not token.algorithm:
            raise TokenRefused("no key of ours by that kid and algorithm")
        claims = verify(token, key.key)
        client = self.clients.find(text_claim(claims, client_claim))
        if client is None or client.id_token_signed_response_alg is not token.algorithm:
            raise TokenRefused("no such client, or not with this algorithm")
        if claims.get("iss") != self.issuer:
            raise TokenRefused("another issuer")
        return OwnToken(client, claims)
