"""The access token (RFC 9068): what stands in it, and how we take it back at our own door."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import datetime

from broker.oidc.authorization_details import told_details
from broker.oidc.claims import numeric_date
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.grants import Grant
from broker.oidc.jose import TokenRefused, text_claim, time_claim
from broker.oidc.keys import SigningKeys
from broker.oidc.own_token import OwnTokenReader
from broker.oidc.rights import ToldRights
from broker.oidc.vocabulary import ACCESS_TOKEN_LIFETIME_SECONDS, CLOCK_SKEW_SECONDS

TYPE = "at+jwt"


def access_token_claims(
    issuer: str, client: Client, grant: Grant, rights: ToldRights | None, now: datetime
) -> dict[str, object]:
    """Ten minutes, for the client's API; nothing about the person but the pairwise subject.

    For which collectivity it is stands in it (RFC 9396 9.1); roles do not, for they may end before it does.
    """
    issued_at = numeric_date(now)
    details = told_details(client, rights)
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
        **({"authorization_details": details} if details is not None else {}),
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
        self._own = OwnTokenReader(issuer, keys, clients)

    def read(self, text: str, now: datetime) -> AccessToken:
        """Check type, key, algorithm, signature, issuer, audience and times; `TokenRefused` says which."""
        token = self._own.read(text, token_type=TYPE, client_claim="client_id")
        client, claims = token.client, token.claims
        if claims.get("aud") != client.resource:
            raise TokenRefused("another audience")
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
