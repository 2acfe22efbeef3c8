"""The logout token (OpenID Connect Back-Channel Logout 1.0, 2.4): two minutes, for one portal."""

from __future__ import annotations

import secrets
from datetime import datetime

from broker.oidc.claims import numeric_date
from broker.oidc.clients import Client

TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_TOKEN_LIFETIME_SECONDS = 120


def logout_token_claims(
    issuer: str, client: Client, *, sid: str, subject: str, now: datetime
) -> dict[str, object]:
    """Session and pairwise subject; never a nonce, so that it cannot pass for an ID token."""
    issued_at = numeric_date(now)
    return {
        "iss": issuer,
        "sub": subject,
        "aud": client.client_id,
        "iat": issued_at,
        "exp": issued_at + LOGOUT_TOKEN_LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "events": {EVENT: {}},
        "sid": sid,
    }
