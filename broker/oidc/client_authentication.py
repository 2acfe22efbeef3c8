"""Which client is asking: exactly one method per request, and the one that the client registered."""

from __future__ import annotations

from broker.oidc.client_assertion import ASSERTION_TYPE, AssertionVerifier
from broker.oidc.client_secret import UnreadableBasic, read_basic, secret_matches
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.errors import OAuthCode, Refusal
from broker.oidc.jose import TokenRefused, read_token
from broker.oidc.parameters import Parameters
from broker.oidc.vocabulary import AuthMethod

_FAILED = "client authentication failed"


class ClientUnproved(Refusal):
    """No client proved itself. One text for every cause; `detail` tells the log which it was."""

    def __init__(self, detail: str) -> None:
        super().__init__(OAuthCode.INVALID_CLIENT, _FAILED)
        self.detail = detail


def refusal_reason(refusal: Refusal) -> str:
    """What the log is told: the cause, where the answer keeps silent about it."""
    if isinstance(refusal, ClientUnproved):
        return f"client-unproved: {refusal.detail}"
    return f"{refusal.error.value}: {refusal.description}"


class ClientAuthenticator:
    """Authenticates the caller of a back-channel endpoint (RFC 6749 2.3)."""

    def __init__(self, clients: ClientRegistry, assertions: AssertionVerifier) -> None:
        self._clients = clients
        self._assertions = assertions

    def authenticate(self, authorization: str | None, body: Parameters) -> Client:
        """The client that proved itself.

        `authorization` is the Authorization header; `body` the form, of which no parameter is repeated.
        Raises `Refusal` (invalid_request) for two methods at once, else `ClientUnproved`.
        """
        has_assertion = (
            body.get("client_assertion") is not None or body.get("client_assertion_type") is not None
        )
        methods = (bool(authorization), has_assertion, body.get("client_secret") is not None)
        if sum(methods) > 1:
            raise Refusal(OAuthCode.INVALID_REQUEST, "more than one way of client authentication")
        if authorization:
            client = self._by_secret(authorization)
        elif has_assertion:
            client = self._by_assertion(body)
        else:
            raise ClientUnproved("no method, or client_secret_post")
        if body.get("client_id") not in {None, client.client_id}:
            raise ClientUnproved("client_id in the body is of another client")
        return client

    def _by_secret(self, authorization: str) -> Client:
        try:
            client_id, secret = read_basic(authorization)
        except UnreadableBasic as error:
            raise ClientUnproved(str(error)) from error
        client = self._registered(client_id, AuthMethod.CLIENT_SECRET_BASIC)
        registered = client.client_secret_sha256 if client else None
        if not secret_matches(secret, registered) or client is None:
            raise ClientUnproved("unknown client, other method or wrong secret")
        return client

    def _by_assertion(self, body: Parameters) -> Client:
        if body.get("client_assertion_type") != ASSERTION_TYPE:
            raise ClientUnproved("unknown client_assertion_type")
        try:
            token = read_token(body.get("client_assertion") or "")
            named = token.claims.get("sub")
            client = self._registered(named if isinstance(named, str) else None, AuthMethod.PRIVATE_KEY_JWT)
            if client is None:
                raise ClientUnproved("unknown client or other method")
            self._assertions.verify(token, client)
        except TokenRefused as error:
            raise ClientUnproved(str(error)) from error
        return client

    def _registered(self, client_id: str | None, method: AuthMethod) -> Client | None:
        client = self._clients.find(client_id)
        return client if client and client.token_endpoint_auth_method is method else None
