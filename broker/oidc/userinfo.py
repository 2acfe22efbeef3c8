"""The userinfo endpoint (OpenID Connect Core 5.3): claims for whoever holds a living access token."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from broker.domain.clock import Clock
from broker.oidc.access_token import AccessToken, AccessTokenReader
from broker.oidc.answers import UserinfoAnswer, bearer_error, success
from broker.oidc.claims import ClaimPlace, ClaimSource, released_claims
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.grants import Grant, GrantStore
from broker.oidc.jose import TokenRefused
from broker.oidc.sessions import SessionLookup

_TOKEN_PARAMETER = "access_token"


@dataclass(frozen=True, slots=True)
class UserinfoRequest:
    """A GET or POST as it came in; body and query decoded, apart."""

    authorization: str | None = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False, default=())
    body: tuple[tuple[str, str], ...] = field(repr=False, default=())


class UserinfoEndpoint:
    """Answers userinfo requests."""

    def __init__(
        self,
        issuer: str,
        tokens: AccessTokenReader,
        grants: GrantStore,
        sessions: SessionLookup,
        clock: Clock,
    ) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._grants = grants
        self._sessions = sessions
        self._clock = clock

    def answer(self, request: UserinfoRequest) -> UserinfoAnswer:
        """The claims as JSON, or an error of RFC 6750 3; never an exception for what the caller sent."""
        if any(name == _TOKEN_PARAMETER for name, _ in (*request.query, *request.body)):
            refusal = Refusal(
                OAuthCode.INVALID_REQUEST, "the access token belongs in the Authorization header"
            )
            return bearer_error(refusal, realm=self._issuer, reason="token-outside-header")
        scheme, _, credentials = (request.authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return bearer_error(None, realm=self._issuer, reason="no-token")
        try:
            token = self._tokens.read(credentials.strip(), self._clock())
            grant, source = self._living(token)
        except TokenRefused as error:
            refusal = Refusal(OAuthCode.INVALID_TOKEN, "the access token is expired, revoked or malformed")
            return bearer_error(refusal, realm=self._issuer, reason=f"token-refused: {error}")
        claims = released_claims(
            token.client,
            ClaimPlace.USERINFO,
            scope=grant.scope,
            requested=grant.requested_claims,
            source=source,
        )
        content = {**claims, "sub": grant.subject}
        return success(content, client_id=grant.client_id, sid=grant.sid, reason="userinfo-told")

    def _living(self, token: AccessToken) -> tuple[Grant, ClaimSource]:
        """The grant, and its facts with the session's ends of this moment; `TokenRefused` when gone."""
        grant = self._grants.find(token.client.client_id, token.grant_id)
        if grant is None or grant.sid != token.sid or grant.subject != token.subject:
            raise TokenRefused("the grant has ended")
        ends = self._sessions.live(grant.sid, brand=token.client.brand)
        if ends is None:
            raise TokenRefused("the session has ended")
        return grant, replace(grant.source, session=ends)
