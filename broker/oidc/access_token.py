"""The access token (RFC 9068): what stands in it, and how we take it back at our own door."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from broker.oidc.claims import numeric_date
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.grants import Grant
from broker.oidc.jose import TokenRefused, read_token, text_claim, time_claim, verify
from broker.oidc.keys import SigningKeys
from broker.oidc.vocabulary import ACCESS_TOKEN_LIFETIME_SECONDS, CLOCK_SKEW_SECONDS

TYPE = "at+jwt"


def access_token_claims(issuer: str, client: Client, grant: Grant, now: datetime) -> dict[str, object]:
    """Ten minutes, for the client's API; nothing about the person but the pairwise subject."""
    issued_at = numeric_date(now)
    return {
        "iss": issuer,
        "sub": grant.subject,
        "aud": client.resource,
        "client_id": client.client_id,
        # NL GOV OAuth 3.2.1 wants azp beside the client_id of RFC 9068.
        "azp": client.client_id,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + ACCESS_TOKEN_LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "scope": " ".join(grant.scope),
        "sid": grant.sid,
        "grant_id": grant.id,
    }


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that is ours, in time and meant for the client's API; whether its grant lives is asked next."""

    client: Client
    grant_id: str
    sid: str
    subject: str = field(repr=False)
    scope: frozenset[str]
    issued_at: int
    expires_at: int


class AccessTokenReader:
    """Verifies access tokens that we made."""

    def __init__(self, issuer: str, keys: SigningKeys, clients: ClientRegistry) -> None:
        self._issuer = issuer
        self._keys = keys
        self._clients = clients

    def read(self, text: str, now: datetime) -> AccessToken:
        """Check type, key, algorithm, signature, issuer, audience and times; `TokenRefused` says which."""
        token = read_token(text)
        if token.type != TYPE:
            raise TokenRefused("not of type at+jwt")
        key = self._keys.find(token.kid)
        if key is None or key.algorithm is not token.algorithm:
            raise TokenRefused("no key of ours by that kid and algorithm")
        claims = verify(token, key.key)
        client = self._clients.find(text_claim(claims, "client_id"))
        if client is None or client.id_token_signed_response_alg is not token.algorithm:
            raise TokenRefused("no such client, or not with this algorithm")
        if claims.get("iss") != self._issuer or claims.get("aud") != client.resource:
            raise TokenRefused("another issuer or audience")
        expires_at, not_before = time_claim(claims, "exp"), time_claim(claims, "nbf")
        if expires_at is None or expires_at <= now.timestamp():
            raise TokenRefused("expired")
        if not_before is not None and not_before > now.timestamp() + CLOCK_SKEW_SECONDS:
            raise TokenRefused("not yet valid")
        return AccessToken(
            client=client,
            grant_id=text_claim(claims, "grant_id"),
            sid=text_claim(claims, "sid"),
            subject=text_claim(claims, "sub"),
            scope=frozenset(text_claim(claims, "scope").split(" ")),
            issued_at=int(time_claim(claims, "iat") or 0),
            expires_at=int(expires_at),
        )
