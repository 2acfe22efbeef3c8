"""Reading an ID token that we gave out earlier and that comes back as a hint; it may be expired."""

from __future__ import annotations

from dataclasses import dataclass, field

from broker.oidc import id_token
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.errors import OAuthCode, RedirectedError
from broker.oidc.jose import TokenRefused, text_claim, time_claim
from broker.oidc.keys import SigningKeys
from broker.oidc.own_token import OwnTokenReader
from broker.oidc.responses import refusal_of


@dataclass(frozen=True, slots=True)
class HintedLogin:
    """The login that the hint speaks of; `holds_bsn` tells that the token ought never to stand in a URL.

    `grant_id` is the grant that it came of, where that is for a collectivity.
    """

    client: Client
    sid: str
    subject: str = field(repr=False)
    holds_bsn: bool
    grant_id: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Who alone may answer a request (None: anybody), and the grant that the portal has, if it says."""

    subject: str | None = field(default=None, repr=False)
    grant_id: str | None = None


class HintReader:
    """Verifies hints with our own keys, those of the past included."""

    def __init__(self, issuer: str, keys: SigningKeys, clients: ClientRegistry) -> None:
        self._own = OwnTokenReader(issuer, keys, clients)

    def read(self, text: str) -> HintedLogin:
        """The login behind the hint; `TokenRefused` unless we signed it as an ID token for a client of ours.

        The algorithm must be the one of the key and of the client; `exp` must be there, but may be past.
        """
        token = self._own.read(text, token_type=id_token.TYPE, client_claim="aud")
        claims = token.claims
        if time_claim(claims, "exp") is None:
            raise TokenRefused("no exp")
        return HintedLogin(
            token.client,
            text_claim(claims, "sid"),
            text_claim(claims, "sub"),
            "bsn" in claims,
            text_claim(claims, "grant_id") if "grant_id" in claims else None,
        )

    def expected(self, request: AuthorizationRequest, *, in_url: bool = False) -> Expected:
        """Who alone may answer `request`, by its hint or its claims parameter.

        When somebody else is logged in, the answer is login_required (Core 3.1.2.2). Raises
        `RedirectedError` for a hint that is not ours, not this client's, or that contradicts the claims;
        and, when the request came `in_url`, for one with a BSN, which history and logs would keep.
        """
        if request.id_token_hint is None:
            return Expected(request.required_subject)
        try:
            hinted = self.read(request.id_token_hint)
        except TokenRefused as error:
            raise _bad_hint(request) from error
        if hinted.client.client_id != request.client_id:
            raise _bad_hint(request)
        if hinted.holds_bsn and in_url:
            raise refusal_of(request, OAuthCode.INVALID_REQUEST, "post an id_token_hint that holds a BSN")
        if request.required_subject not in {None, hinted.subject}:
            raise _bad_hint(request)
        return Expected(hinted.subject, hinted.grant_id)


def _bad_hint(request: AuthorizationRequest) -> RedirectedError:
    return refusal_of(request, OAuthCode.INVALID_REQUEST, "id_token_hint is not valid for this client")
