"""The token endpoint (RFC 6749 3.2, 4.1.3; OpenID Connect Core 3.1.3): a code becomes tokens, once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from broker.oidc.answers import TokenAnswer, success, token_error
from broker.oidc.client_authentication import ClientAuthenticator, ClientUnproved
from broker.oidc.clients import Client
from broker.oidc.codes import CodeReplayed, CodeStore, is_code_verifier
from broker.oidc.errors import OAuthCode, Refusal, ShownError
from broker.oidc.grants import Grant
from broker.oidc.parameters import Parameters, read_parameters
from broker.oidc.sessions import SessionLookup
from broker.oidc.tokens import TokenMinter
from broker.oidc.vocabulary import ACCESS_TOKEN_LIFETIME_SECONDS, GRANT_TYPE

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """A POST as it came in: the headers that matter, and body and query apart, decoded, in order."""

    content_type: str | None
    authorization: str | None = field(repr=False)
    body: tuple[tuple[str, str], ...] = field(repr=False)
    query: tuple[tuple[str, str], ...] = field(repr=False, default=())


class TokenEndpoint:
    """Answers token requests. The order of `answer` is the order of the checks."""

    def __init__(
        self,
        issuer: str,
        authenticator: ClientAuthenticator,
        codes: CodeStore,
        sessions: SessionLookup,
        minter: TokenMinter,
    ) -> None:
        self._issuer = issuer
        self._authenticator = authenticator
        self._codes = codes
        self._sessions = sessions
        self._minter = minter

    def answer(self, request: TokenRequest) -> TokenAnswer:
        """Tokens, or an error of RFC 6749 5.2; never an exception for what the caller sent."""
        client: Client | None = None
        try:
            form = _read_form(request)
            client = self._authenticator.authenticate(request.authorization, form)
            _grant_type_is_code(form)
            grant = self._redeem(client, form)
            return self._tokens(client, grant)
        except Refusal as refusal:
            client_id = client.client_id if client else None
            return token_error(refusal, realm=self._issuer, client_id=client_id, reason=_reason(refusal))

    def _redeem(self, client: Client, form: Parameters) -> Grant:
        code, redirect_uri, verifier = (
            _required(form, name) for name in ("code", "redirect_uri", "code_verifier")
        )
        if not is_code_verifier(verifier):
            raise Refusal(OAuthCode.INVALID_REQUEST, "code_verifier must be 43 to 128 unreserved characters")
        return self._codes.redeem(client, code=code, redirect_uri=redirect_uri, code_verifier=verifier)

    def _tokens(self, client: Client, grant: Grant) -> TokenAnswer:
        ends = self._sessions.live(grant.sid, brand=client.brand)
        if ends is None:
            raise Refusal(OAuthCode.INVALID_GRANT, "the session has ended")
        tokens = self._minter.mint(client, grant, replace(grant.source, session=ends))
        content = {
            "access_token": tokens.access_token,
            "token_type": "Bearer",
            "expires_in": ACCESS_TOKEN_LIFETIME_SECONDS,
            "id_token": tokens.id_token,
            "scope": " ".join(grant.scope),
        }
        return success(content, client_id=client.client_id, sid=grant.sid, reason="tokens-issued")


def _read_form(request: TokenRequest) -> Parameters:
    """The body alone counts, as a form, each parameter once (RFC 6749 3.2)."""
    media_type = (request.content_type or "").partition(";")[0].strip().lower()
    if media_type != FORM:
        raise Refusal(OAuthCode.INVALID_REQUEST, f"the body must be {FORM}")
    if request.query:
        raise Refusal(OAuthCode.INVALID_REQUEST, "parameters belong in the body, not in the URL")
    try:
        form = read_parameters(request.body)
    except ShownError as error:
        raise Refusal(OAuthCode.INVALID_REQUEST, error.detail) from error
    if form.repeated:
        raise Refusal(OAuthCode.INVALID_REQUEST, "a parameter is repeated")
    return form


def _grant_type_is_code(form: Parameters) -> None:
    if _required(form, "grant_type") != GRANT_TYPE:
        raise Refusal(OAuthCode.UNSUPPORTED_GRANT_TYPE, f"grant_type must be {GRANT_TYPE}")


def _required(form: Parameters, name: str) -> str:
    value = form.get(name)
    if value is None:
        raise Refusal(OAuthCode.INVALID_REQUEST, f"{name} is missing")
    return value


def _reason(refusal: Refusal) -> str:
    """What the log is told: the cause where the answer keeps silent about it."""
    if isinstance(refusal, ClientUnproved):
        return f"client-unproved: {refusal.detail}"
    if isinstance(refusal, CodeReplayed):
        return "code-replayed"
    return f"{refusal.error.value}: {refusal.description}"
