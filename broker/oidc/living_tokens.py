"""Which tokens live: ours, in time, of a grant that was not ended, while session and rights go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from broker.domain.clock import Clock
from broker.oidc.access_token import AccessToken, AccessTokenReader
from broker.oidc.answers import JsonAnswer, bearer_error
from broker.oidc.bearer import bearer_of
from broker.oidc.claims import ClaimSource
from broker.oidc.clients import Client
from broker.oidc.current_facts import CurrentFacts, NothingLeft
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.grants import Grant, GrantStore
from broker.oidc.jose import TokenRefused
from broker.oidc.refresh_tokens import RefreshTokens


@dataclass(frozen=True, slots=True)
class LivingGrant:
    """A grant whose session lives, and its facts as they are at this moment."""

    grant: Grant
    source: ClaimSource


class LivingTokens:
    """One judgement for userinfo, introspection and revocation, so that none is laxer than another."""

    def __init__(
        self,
        reader: AccessTokenReader,
        refresh_tokens: RefreshTokens,
        grants: GrantStore,
        facts: CurrentFacts,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._refresh_tokens = refresh_tokens
        self._grants = grants
        self._facts = facts
        self._clock = clock

    def access_token(self, text: str) -> tuple[AccessToken, LivingGrant]:
        """A living access token; `TokenRefused` says why not. The grant's scope is that of this token."""
        token = self._reader.read(text, self._clock())
        grant = self._grants.find(token.client.client_id, token.grant_id)
        if grant is None or grant.sid != token.sid or grant.subject != token.subject:
            raise TokenRefused("the grant has ended")
        scope = tuple([scope for scope in grant.scope if scope in token.scope])
        narrowed = grant if scope == grant.scope else replace(grant, scope=scope)
        return token, self._living(token.client, narrowed)

    def of_bearer(
        self, authorization: str | None, parameters: Iterable[tuple[str, str]], *, realm: str
    ) -> tuple[AccessToken, LivingGrant] | JsonAnswer:
        """The living access token that a request brings, or its refusal (RFC 6750 3)."""
        found = bearer_of(authorization, parameters, realm=realm)
        if isinstance(found, JsonAnswer):
            return found
        try:
            return self.access_token(found)
        except TokenRefused as error:
            refusal = Refusal(OAuthCode.INVALID_TOKEN, "the access token is expired, revoked or malformed")
            return bearer_error(refusal, realm=realm, reason=f"token-refused: {error}")

    def refresh_token(self, client: Client, text: str) -> LivingGrant:
        """A living refresh token of this client; `TokenRefused` when it is none."""
        grant = self._refresh_tokens.find(client, text)
        if grant is None:
            raise TokenRefused("no unused refresh token of this client")
        return self._living(client, grant)

    def for_userinfo(self, client: Client, living: LivingGrant) -> ClaimSource:
        """The facts, with all that userinfo may tell this client."""
        return self._facts.for_userinfo(client, living.grant, living.source)

    def _living(self, client: Client, grant: Grant) -> LivingGrant:
        try:
            return LivingGrant(grant, self._facts.live(client, grant))
        except NothingLeft as error:
            raise TokenRefused(str(error)) from error
