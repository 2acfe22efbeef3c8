"""The revocation endpoint (RFC 7009): a portal gives tokens back, and their whole family ends."""

from __future__ import annotations

from broker.oidc.answers import JsonAnswer, nothing_more
from broker.oidc.client_authentication import ClientAuthenticator
from broker.oidc.clients import Client
from broker.oidc.forms import FormRequest, required
from broker.oidc.grants import Grant, GrantStore
from broker.oidc.jose import TokenRefused
from broker.oidc.living_tokens import LivingTokens
from broker.oidc.parameters import Parameters
from broker.oidc.proved_client import ProvedClients
from broker.oidc.refresh_tokens import RefreshTokens


class RevocationEndpoint:
    """Answers revocation requests. A hint is not needed and is ignored (RFC 7009 2.1)."""

    def __init__(
        self,
        issuer: str,
        authenticator: ClientAuthenticator,
        tokens: LivingTokens,
        refresh_tokens: RefreshTokens,
        grants: GrantStore,
    ) -> None:
        self._clients = ProvedClients(issuer, authenticator)
        self._tokens = tokens
        self._refresh_tokens = refresh_tokens
        self._grants = grants

    def answer(self, request: FormRequest) -> JsonAnswer:
        """200 without content, also for tokens that are unknown or of somebody else: nothing is told."""
        return self._clients.answer(request, self._revoke)

    def _revoke(self, client: Client, form: Parameters) -> JsonAnswer:
        ended = self._end(client, required(form, "token"))
        if ended is None:
            return nothing_more(client_id=client.client_id, sid=None, reason="nothing-to-revoke")
        return nothing_more(client_id=client.client_id, sid=ended.sid, reason="tokens-revoked")

    def _end(self, client: Client, token: str) -> Grant | None:
        """The grant that ended by this. With an access token goes the refresh token too: one family."""
        revoked = self._refresh_tokens.revoke(client, token)
        if revoked is not None:
            return revoked
        try:
            access_token, living = self._tokens.access_token(token)
        except TokenRefused:
            return None
        if access_token.client.client_id != client.client_id:
            return None
        self._grants.end(client.client_id, living.grant.id)
        return living.grant
