"""The access token of a request, which belongs in the Authorization header and nowhere else (RFC 6750 2)."""

from __future__ import annotations

from collections.abc import Iterable

from broker.oidc.answers import JsonAnswer, bearer_error
from broker.oidc.errors import OAuthCode, Refusal

_TOKEN_PARAMETER = "access_token"


def bearer_of(
    authorization: str | None, parameters: Iterable[tuple[str, str]], *, realm: str
) -> str | JsonAnswer:
    """The token, or the refusal of a request that brings none or brings it in query or body."""
    if any(name == _TOKEN_PARAMETER for name, _ in parameters):
        refusal = Refusal(OAuthCode.INVALID_REQUEST, "the access token belongs in the Authorization header")
        return bearer_error(refusal, realm=realm, reason="token-outside-header")
    scheme, _, credentials = (authorization or "").strip().partition(" ")
    if scheme.lower() != "bearer":
        return bearer_error(None, realm=realm, reason="no-token")
    return credentials.strip()
