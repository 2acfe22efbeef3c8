"""A relying party on idpyoidc's handler: `client_secret_basic`, PKCE, ID tokens signed with RS256."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptojwt import KeyJar
from idpyoidc.client.defaults import DEFAULT_OIDC_SERVICES
from idpyoidc.client.exception import OidcServiceError
from idpyoidc.client.rp_handler import RPHandler


@dataclass(frozen=True)
class Login:
    """Who is logged in; `state` is the name by which the handler keeps the tokens."""

    id_token: dict[str, Any]
    userinfo: dict[str, Any]
    state: str = field(repr=False)


class RelyingParty:
    """One portal as a client of the broker; the handler keeps states and tokens in memory."""

    def __init__(self, issuer: str, client_id: str, portal: str, secret: str) -> None:
        self._issuer = issuer
        client = {
            "issuer": issuer,
            "client_type": "oidc",
            "client_id": client_id,
            "client_secret": secret,
            "redirect_uris": [f"{portal}/callback"],
            "post_logout_redirect_uris": [f"{portal}/"],
            "response_types_supported": ["code"],
            "scopes_supported": ["openid", "profile"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            # The handler's refresh service knows no method of its own but client_secret_post.
            "client_authn_methods": ["client_secret_basic"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "add_ons": {
                "pkce": {
                    "function": "idpyoidc.client.oauth2.add_on.pkce.add_support",
                    "kwargs": {"code_challenge_length": 64, "code_challenge_method": "S256"},
                }
            },
        }
        logout = {"class": "idpyoidc.client.oidc.end_session.EndSession"}
        self._handler = RPHandler(
            base_url=portal,
            client_configs={issuer: client},
            services=DEFAULT_OIDC_SERVICES | {"end_session": logout},
            keyjar=KeyJar(),
            httpc_params={"timeout": 10},
        )

    def begin(self) -> tuple[str, str]:
        """Where to send the browser, and the state that must come back with it."""
        url = self._handler.begin(issuer_id=self._issuer)
        return url, parse_qs(urlsplit(url).query)["state"][0]

    def complete(self, answer: dict[str, str], state: str) -> Login:
        """The login behind the parameters that the browser brought to the redirect URI."""
        # The handler knows the states of all visitors; only the portal knows which one is this visitor's.
        if answer.get("state") != state:
            raise OidcServiceError("this is not the state of this visitor")
        found = self._handler.finalize(self._issuer, answer)
        if "error" in found:
            raise OidcServiceError(found["error"])
        return Login(found["id_token"].to_dict(), found["userinfo"].to_dict(), state)

    def refresh(self, login: Login) -> Login:
        """Keep the session alive; `invalid_grant` says that it is over."""
        token = self._handler.refresh_access_token(login.state)
        return Login(token["__verified_id_token"].to_dict(), login.userinfo, login.state)

    def logout_url(self, login: Login) -> str:
        """Where to send the browser to log out (RP-Initiated Logout 1.0)."""
        return str(self._handler.logout(login.state)["url"])
