"""A relying party on Authlib: `private_key_jwt`, PKCE, ID tokens signed with ES256."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from authlib.common.security import generate_token
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT, private_key_jwt_sign
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet


class AnswerRefused(Exception):
    """What came back is no answer to this attempt."""


@dataclass(frozen=True)
class Attempt:
    """What the portal keeps in the visitor's own session until the answer is there."""

    state: str = field(default_factory=lambda: generate_token(32))
    nonce: str = field(default_factory=lambda: generate_token(32))
    verifier: str = field(default_factory=lambda: generate_token(64))


@dataclass(frozen=True)
class Login:
    """Who is logged in; `signed` is the ID token as it came."""

    id_token: dict[str, Any]
    userinfo: dict[str, Any]
    signed: str = field(repr=False)
    refresh_token: str = field(repr=False)


class ShortAssertion(PrivateKeyJWT):
    """The broker takes assertions of five minutes at most; Authlib's own live an hour."""

    def sign(self, auth: Any, token_endpoint: str) -> Any:
        return private_key_jwt_sign(
            auth.client_secret,
            client_id=auth.client_id,
            token_endpoint=token_endpoint,
            alg="ES256",
            header={"kid": auth.client_secret.kid},
            expires_at=int(time.time()) + 60,
        )


class RelyingParty:
    """One portal as a client of the broker; `key` is its private JWK (EC, P-256)."""

    def __init__(self, issuer: str, client_id: str, portal: str, key: dict[str, Any]) -> None:
        self._client_id, self._portal = client_id, portal
        self._key = ECKey.import_key(key)
        self._metadata = self._get(f"{issuer}/.well-known/openid-configuration")
        if self._metadata["issuer"] != issuer:
            raise AnswerRefused("the metadata is of another issuer")

    def begin(self) -> tuple[str, Attempt]:
        """Where to send the browser, and what to keep."""
        attempt = Attempt()
        url, _ = self._session().create_authorization_url(
            self._metadata["authorization_endpoint"],
            state=attempt.state,
            nonce=attempt.nonce,
            code_verifier=attempt.verifier,
        )
        return url, attempt

    def complete(self, answer: dict[str, str], attempt: Attempt) -> Login:
        """The login behind the parameters that the browser brought to the redirect URI."""
        if answer.get("state") != attempt.state or answer.get("iss") != self._metadata["issuer"]:
            raise AnswerRefused("state or iss (RFC 9207) is not the one expected")
        if "error" in answer:
            raise AnswerRefused(answer["error"])
        token = self._session().fetch_token(
            self._metadata["token_endpoint"], code=answer["code"], code_verifier=attempt.verifier
        )
        claims = self._verified(token, nonce=attempt.nonce)
        bearer = {"Authorization": f"Bearer {token['access_token']}"}
        userinfo = self._get(self._metadata["userinfo_endpoint"], headers=bearer)
        if userinfo["sub"] != claims["sub"]:
            raise AnswerRefused("userinfo is of somebody else")
        return Login(claims, userinfo, token["id_token"], token["refresh_token"])

    def refresh(self, login: Login) -> Login:
        """Keep the session alive; an OAuthError `invalid_grant` says that it is over."""
        endpoint = self._metadata["token_endpoint"]
        token = self._session().refresh_token(endpoint, refresh_token=login.refresh_token)
        claims = self._verified(token, nonce=None)
        if claims["sub"] != login.id_token["sub"]:
            raise AnswerRefused("the new ID token is of somebody else")
        return replace(login, id_token=claims, signed=token["id_token"], refresh_token=token["refresh_token"])

    def logout_url(self, login: Login) -> str:
        """Where to send the browser to log out (RP-Initiated Logout 1.0)."""
        asked = {
            "id_token_hint": login.signed,
            "post_logout_redirect_uri": f"{self._portal}/",
            "state": generate_token(16),
        }
        return str(add_params_to_uri(self._metadata["end_session_endpoint"], list(asked.items())))

    def _session(self) -> OAuth2Session:
        # One for each use: a session of Authlib keeps the tokens that it fetched.
        session = OAuth2Session(
            client_id=self._client_id,
            client_secret=self._key,
            token_endpoint_auth_method="private_key_jwt",
            scope="openid profile",
            redirect_uri=f"{self._portal}/callback",
            code_challenge_method="S256",
            default_timeout=10,
        )
        session.register_client_auth_method(ShortAssertion())
        return session

    def _verified(self, token: dict[str, Any], nonce: str | None) -> dict[str, Any]:
        jwks = self._get(self._metadata["jwks_uri"])
        keys = KeySet.import_key_set({"keys": jwks["keys"]})
        found = jwt.decode(token["id_token"], keys, algorithms=["ES256"])
        expected = {"iss": self._metadata["issuer"], "aud": self._client_id}
        claims = CodeIDToken(
            found.claims,
            found.header,
            {name: {"essential": True, "value": value} for name, value in expected.items()},
            {"client_id": self._client_id, "access_token": token["access_token"], "nonce": nonce},
        )
        claims.validate(leeway=5)
        return dict(claims)

    def _get(self, url: str, **more: Any) -> dict[str, Any]:
        answer = self._session().get(url, withhold_token=True, **more)
        answer.raise_for_status()
        return dict(answer.json())
