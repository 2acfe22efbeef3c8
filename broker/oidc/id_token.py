"""The content of an ID token."""

from __future__ import annotations

import secrets
from datetime import datetime

from broker.oidc.claims import ClaimPlace, ClaimSource, numeric_date, released_claims
from broker.oidc.clients import Client
from broker.oidc.grants import Grant
from broker.oidc.vocabulary import ID_TOKEN_LIFETIME_SECONDS

TYPE = "JWT"


def id_token_claims(
    issuer: str, client: Client, grant: Grant, source: ClaimSource, now: datetime
) -> dict[str, object]:
    """NL GOV OIDC 5.2.2 and OpenID Connect Core 2: five minutes, with jti and nbf; amr by contract only.

    Protocol claims are written last, so that nothing released can ever stand in their place.
    """
    released = released_claims(
        client,
        ClaimPlace.ID_TOKEN,
        scope=grant.scope,
        requested=grant.requested_claims,
        source=source,
    )
    issued_at = numeric_date(now)
    protocol: dict[str, object] = {
        "iss": issuer,
        "sub": grant.subject,
        "aud": client.client_id,
        "iat": issued_at,
        "nbf": issued_at,
        "exp": issued_at + ID_TOKEN_LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "acr": source.assurance.acr,
        "auth_time": numeric_date(source.authenticated_at),
        "sid": grant.sid,
    }
    if grant.acting is not None:
        # Lets the portal name, by its hint, the tokens that a switch to another collectivity replaces.
        protocol["grant_id"] = grant.id
    if grant.nonce is not None:
        protocol["nonce"] = grant.nonce
    return {**released, **protocol}
