"""The userinfo endpoint (OpenID Connect Core 5.3): claims for whoever holds a living access token."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.domain.clock import Clock
from broker.oidc.answers import JsonAnswer, UserinfoAnswer, as_token, success
from broker.oidc.claims import ClaimPlace, numeric_date, released_claims
from broker.oidc.clients import Client
from broker.oidc.keys import SigningKeys
from broker.oidc.living_tokens import LivingTokens
from broker.oidc.signed_jwt import seal, sign


@dataclass(frozen=True, slots=True)
class UserinfoRequest:
    """A GET or POST as it came in; body and query decoded, apart."""

    authorization: str | None = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False, default=())
    body: tuple[tuple[str, str], ...] = field(repr=False, default=())


class UserinfoEndpoint:
    """Answers userinfo requests."""

    def __init__(self, issuer: str, tokens: LivingTokens, keys: SigningKeys, clock: Clock) -> None:
        self._issuer = issuer
        self._tokens = tokens
        self._keys = keys
        self._clock = clock

    def answer(self, request: UserinfoRequest) -> UserinfoAnswer:
        """The claims as JSON, or an error of RFC 6750 3; never an exception for what the caller sent."""
        parameters = (*request.query, *request.body)
        found = self._tokens.of_bearer(request.authorization, parameters, realm=self._issuer)
        if isinstance(found, JsonAnswer):
            return found
        token, living = found
        grant = living.grant
        claims = released_claims(
            token.client,
            ClaimPlace.USERINFO,
            scope=grant.scope,
            requested=grant.requested_claims,
            source=self._tokens.for_userinfo(token.client, living),
        )
        content = {**claims, "sub": grant.subject}
        told = success(content, client_id=grant.client_id, sid=grant.sid, reason="userinfo-told")
        return self._as_token(told, token.client, content)

    def _as_token(
        self, told: UserinfoAnswer, client: Client, content: Mapping[str, object]
    ) -> UserinfoAnswer:
        """The same as a signed token, and sealed, for a client that registered for that (Core 5.3.2).

        It has no `exp` and no `sid`, so that nobody can pass it off as an ID token.
        """
        algorithm = client.userinfo_signed_response_alg
        if algorithm is None:
            return told
        stated = {
            **content,
            "iss": self._issuer,
            "aud": client.client_id,
            "iat": numeric_date(self._clock()),
        }
        token = sign(self._keys, algorithm, stated, typ="JWT")
        if client.userinfo_envelope is not None:
            token = seal(token, client.userinfo_envelope)
        return as_token(told, token)
