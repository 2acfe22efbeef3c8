"""The introspection endpoint (RFC 7662): whether a token lives, told to its portal or the API it is for."""

from __future__ import annotations

from broker.oidc.access_token import AccessToken
from broker.oidc.answers import JsonAnswer, success
from broker.oidc.authorization_details import told_details
from broker.oidc.claims import ClaimPlace, numeric_date, released_claims
from broker.oidc.client_authentication import ClientAuthenticator
from broker.oidc.clients import Client
from broker.oidc.forms import FormRequest, required
from broker.oidc.jose import TokenRefused
from broker.oidc.living_tokens import LivingGrant, LivingTokens
from broker.oidc.parameters import Parameters
from broker.oidc.proved_client import ProvedClients

_INACTIVE: dict[str, object] = {"active": False}


class IntrospectionEndpoint:
    """Answers introspection requests. A hint is not needed and is ignored (RFC 7662 2.1)."""

    def __init__(self, issuer: str, authenticator: ClientAuthenticator, tokens: LivingTokens) -> None:
        self._issuer = issuer
        self._clients = ProvedClients(issuer, authenticator)
        self._tokens = tokens

    def answer(self, request: FormRequest) -> JsonAnswer:
        """What stands in a living token; only ``active: false`` for every other text, whatever it is."""
        return self._clients.answer(request, self._introspect)

    def _introspect(self, client: Client, form: Parameters) -> JsonAnswer:
        content = self._judge(client, required(form, "token"))
        sid = str(content.get("sid", ""))
        return success(content, client_id=client.client_id, sid=sid, reason="token-introspected")

    def _judge(self, client: Client, text: str) -> dict[str, object]:
        try:
            token, living = self._tokens.access_token(text)
        except TokenRefused:
            return self._judge_refresh_token(client, text)
        return self._access_token(token, living) if _may_ask(client, token) else _INACTIVE

    def _judge_refresh_token(self, client: Client, text: str) -> dict[str, object]:
        try:
            living = self._tokens.refresh_token(client, text)
        except TokenRefused:
            return _INACTIVE
        ends = living.source.session
        return {**self._facts(living), "exp": numeric_date(min(ends.idle_at, ends.absolute_at))}

    def _access_token(self, token: AccessToken, living: LivingGrant) -> dict[str, object]:
        return {
            **self._facts(living),
            "token_type": "Bearer",
            "aud": token.client.resource,
            "iat": token.issued_at,
            "nbf": token.issued_at,
            "exp": token.expires_at,
            **_rights(token, living),
        }

    def _facts(self, living: LivingGrant) -> dict[str, object]:
        """What both kinds of token have; acr and auth_time let an API ask for a stronger login (RFC 9470)."""
        grant, source = living.grant, living.source
        return {
            "active": True,
            "iss": self._issuer,
            "client_id": grant.client_id,
            "sub": grant.subject,
            "scope": " ".join(grant.scope),
            "sid": grant.sid,
            "acr": source.assurance.acr,
            "auth_time": numeric_date(source.authenticated_at),
        }


def _may_ask(client: Client, token: AccessToken) -> bool:
    """The portal that got it, and the API it is meant for; to all others it does not exist."""
    if client.is_resource_server:
        return client.resource == token.client.resource
    return client.client_id == token.client.client_id


def _rights(token: AccessToken, living: LivingGrant) -> dict[str, object]:
    """For whom the person works and with which roles at this moment, as far as the portal may know."""
    client, grant = token.client, living.grant
    told: dict[str, object] = dict(
        released_claims(
            client,
            ClaimPlace.INTROSPECTION,
            scope=grant.scope,
            requested=grant.requested_claims,
            source=living.source,
        )
    )
    details = told_details(client, living.source.rights)
    return {**told, "authorization_details": details} if details is not None else told
