"""The token endpoint (RFC 6749 3.2; OpenID Connect Core 3.1.3, 12): a code or refresh token counts once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from broker.oidc.answers import TokenAnswer, success
from broker.oidc.authorization_details import told_details
from broker.oidc.claims import ClaimSource
from broker.oidc.client_authentication import ClientAuthenticator, refusal_reason
from broker.oidc.clients import Client
from broker.oidc.codes import CodeReplayed, CodeStore, is_code_verifier
from broker.oidc.current_facts import CurrentFacts, NothingLeft
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.forms import FormRequest, required
from broker.oidc.grants import Grant
from broker.oidc.parameters import Parameters
from broker.oidc.proved_client import ProvedClients
from broker.oidc.refresh_tokens import RefreshReplayed, RefreshTokens
from broker.oidc.tokens import TokenMinter
from broker.oidc.vocabulary import ACCESS_TOKEN_LIFETIME_SECONDS, OPENID_SCOPE, GrantType

TokenRequest = FormRequest


class TokenEndpoint:
    """Answers token requests. The order of `answer` is the order of the checks."""

    def __init__(
        self,
        issuer: str,
        authenticator: ClientAuthenticator,
        codes: CodeStore,
        facts: CurrentFacts,
        minter: TokenMinter,
        refresh_tokens: RefreshTokens,
    ) -> None:
        self._clients = ProvedClients(issuer, authenticator)
        self._codes = codes
        self._facts = facts
        self._minter = minter
        self._refresh_tokens = refresh_tokens

    def answer(self, request: TokenRequest) -> TokenAnswer:
        """Tokens, or an error of RFC 6749 5.2; never an exception for what the caller sent."""
        return self._clients.answer(request, self._exchange, reason=_reason)

    def _exchange(self, client: Client, form: Parameters) -> TokenAnswer:
        if _grant_type(client, form) is GrantType.REFRESH_TOKEN:
            return self._refresh(client, form)
        return self._redeem(client, form)

    def _redeem(self, client: Client, form: Parameters) -> TokenAnswer:
        code, redirect_uri, verifier = (
            required(form, name) for name in ("code", "redirect_uri", "code_verifier")
        )
        if not is_code_verifier(verifier):
            raise Refusal(OAuthCode.INVALID_REQUEST, "code_verifier must be 43 to 128 unreserved characters")
        grant = self._codes.redeem(client, code=code, redirect_uri=redirect_uri, code_verifier=verifier)
        answer = self._tokens(client, grant, self._facts.live, reason="tokens-issued")
        if grant.acting is not None:
            # Not when the code is issued: any page may open an address that asks for one, and must not
            # choose where somebody begins.
            self._facts.rights.remember(grant.acting)
        return answer

    def _refresh(self, client: Client, form: Parameters) -> TokenAnswer:
        """New tokens for a session that lives on; asking is activity of the person (design 9)."""
        token, scope = required(form, "refresh_token"), form.get("scope")
        if scope is not None and (known := self._refresh_tokens.find(client, token)) is not None:
            # Judged before the token is used up, so that a wrong scope costs the portal nothing.
            _narrowed(known, scope)
        grant = self._refresh_tokens.redeem(client, token)
        # Core 12.2: the ID token of a refresh has no nonce, for there was no new request.
        again = replace(_narrowed(grant, scope), nonce=None)
        return self._tokens(client, again, self._facts.touch, reason="tokens-refreshed")

    def _tokens(
        self, client: Client, grant: Grant, facts: Callable[[Client, Grant], ClaimSource], *, reason: str
    ) -> TokenAnswer:
        try:
            source = facts(client, grant)
        except NothingLeft as error:
            raise Refusal(OAuthCode.INVALID_GRANT, str(error)) from error
        tokens = self._minter.mint(client, grant, self._facts.with_reach(client, grant, source))
        content: dict[str, object] = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_LIFETIME_SECONDS,
            "id_token": tokens.id_token,
            "scope": " ".join(grant.scope),
        }
        if (details := told_details(client, source.rights)) is not None:
            content["authorization_details"] = details
        if client.refreshes:
            until = source.session.absolute_at
            content["refresh_token"] = self._refresh_tokens.issue(grant, until=until)
        return success(content, client_id=client.client_id, sid=grant.sid, reason=reason)


def _grant_type(client: Client, form: Parameters) -> GrantType:
    """What this client may exchange here (RFC 6749 5.2: known at all, and registered for)."""
    asked = required(form, "grant_type")
    if asked not in set(GrantType):
        raise Refusal(OAuthCode.UNSUPPORTED_GRANT_TYPE, f"grant_type must be {' or '.join(GrantType)}")
    if asked not in client.grant_types:
        raise Refusal(OAuthCode.UNAUTHORIZED_CLIENT, "this client is not registered for this grant_type")
    return GrantType(asked)


def _narrowed(grant: Grant, asked: str | None) -> Grant:
    """The grant with the scopes of this refresh: never more than the login gave (RFC 6749 6)."""
    if asked is None:
        return grant
    words = set(asked.split(" "))
    if not words <= set(grant.scope) or OPENID_SCOPE not in words:
        raise Refusal(OAuthCode.INVALID_SCOPE, "scope must hold openid and no more than was granted")
    return replace(grant, scope=tuple(scope for scope in grant.scope if scope in words))


def _reason(refusal: Refusal) -> str:
    """What the log is told: the cause where the answer keeps silent about it."""
    if isinstance(refusal, CodeReplayed):
        return "code-replayed"
    if isinstance(refusal, RefreshReplayed):
        return "refresh-token-replayed"
    return refusal_reason(refusal)
