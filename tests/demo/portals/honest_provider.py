"""A small honest OpenID Provider: real keys, real nested tokens, and a knob for each thing to get wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from flask import Flask, Response, jsonify, redirect, request
from flask.testing import FlaskClient
from joserfc import jwe, jws, jwt
from joserfc.jwk import ECKey, RSAKey

from demo.clock import Clock
from demo.portals.definitions import PORTALS, ClientAuth, PortalDefinition
from demo.portals.keys import PortalKeys

SESSION_SECONDS = 900
Claims = dict[str, Any]


def unsecured(claims: Claims) -> str:
    """A token with ``alg: none`` and an empty signature (RFC 7519, section 6)."""
    parts = [json.dumps({"alg": "none"}), json.dumps(claims)]
    return ".".join(base64.urlsafe_b64encode(part.encode()).rstrip(b"=").decode() for part in parts) + "."


def visit_provider(browser: FlaskClient) -> str:
    """Go from the portal to the provider and give the path and query that it sends the browser back to."""
    away = browser.get("/login")
    assert away.status_code == 302
    back = requests.get(away.location, allow_redirects=False, timeout=5)
    assert back.status_code == 302
    address = urlsplit(back.headers["Location"])
    return f"{address.path}?{address.query}"


@dataclass
class HonestProvider:
    """Logs everybody in as one person at once.

    `hear` may act on a request, or refuse it by an error code; `alter` changes the ID token's claims before
    signing; `sign` and `encrypt` make the token; `answer` changes the authorization response; `userinfo` the
    claims given there, to which `inform` adds what hangs on the moment.
    """

    client_keys: PortalKeys
    now: Clock
    portal: PortalDefinition = PORTALS[0]
    issuer: str = ""
    key: ECKey | RSAKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "op-1"}))
    alter: Callable[[Claims], Claims] = field(default=lambda claims: claims)
    answer: Callable[[dict[str, str]], dict[str, str]] = field(default=lambda answer: answer)
    hear: Callable[[Mapping[str, str]], str | None] = field(default=lambda _asked: None)
    userinfo: Claims = field(default_factory=lambda: {"sub": "pairwise-1", "email": "sanne@post.example"})
    inform: Callable[[], Claims] = field(default=dict)
    sign: Callable[[Claims], str] | None = None
    encrypt: Callable[[str], str] | None = None
    requests: list[dict[str, str]] = field(default_factory=list)
    assertions: list[Claims] = field(default_factory=list)
    down: bool = False
    refreshes: bool = False
    session_over: bool = False
    token_down: bool = False
    given_refresh_tokens: list[str] = field(default_factory=list)
    searches: list[dict[str, str]] = field(default_factory=list)
    search_answer: Claims | None = None

    def routes(self) -> Flask:
        """Discovery, keys, authorize, token and userinfo."""
        app = Flask("honest-provider")
        app.add_url_rule("/.well-known/openid-configuration", view_func=self.discovery)
        app.add_url_rule("/jwks", view_func=self.jwks)
        app.add_url_rule("/authorize", view_func=self.authorize, methods=["GET", "POST"])
        app.add_url_rule("/token", view_func=self.token, methods=["POST"])
        app.add_url_rule("/userinfo", view_func=self.user)
        app.add_url_rule("/collectivities", view_func=self.collectivities)
        return app

    def discovery(self) -> Response | tuple[str, int]:
        """OpenID Connect Discovery 1.0."""
        if self.down:
            return "", 503
        names = ("authorize", "token", "userinfo", "logout", "jwks")
        urls = {name: f"{self.issuer}/{name}" for name in names}
        return jsonify(
            issuer=self.issuer,
            authorization_endpoint=urls["authorize"],
            token_endpoint=urls["token"],
            userinfo_endpoint=urls["userinfo"],
            end_session_endpoint=urls["logout"],
            jwks_uri=urls["jwks"],
            collectivities_endpoint=f"{self.issuer}/collectivities",
        )

    def jwks(self) -> Response:
        """The public half of the signing key."""
        return jsonify(keys=[self.key.as_dict(private=False)])

    def authorize(self) -> Any:
        """Back at once, with a code, or with the error that `hear` found."""
        return redirect(
            f"{request.values['redirect_uri'].removesuffix('/callback')}{self.answer_to(request.values)}"
        )

    def answer_to(self, asked: Mapping[str, str]) -> str:
        """The path and query that the browser comes back at, with a code for what was asked."""
        self.requests.append(dict(asked))
        error = self.hear(asked)
        said = {"error": error} if error else {"code": "c-1"}
        answer = self.answer({**said, "state": asked["state"], "iss": self.issuer})
        return f"/callback?{urlencode(answer)}"

    def token(self) -> Response | tuple[Response, int]:
        """Check the client and the verifier for real, then hand out the tokens."""
        if self.token_down:
            return jsonify(error="temporarily_unavailable"), 503
        if request.form["grant_type"] == "refresh_token":
            return self._refreshed()
        asked = self.requests[-1]
        verifier = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if not self._is_the_client():
            return jsonify(error="invalid_client"), 401
        if challenge != asked["code_challenge"] or asked["code_challenge_method"] != "S256":
            return jsonify(error="invalid_grant"), 400
        return self._tokens({"nonce": asked["nonce"], "name": "Sanne de Vries"})

    def _refreshed(self) -> Response | tuple[Response, int]:
        """New tokens for the newest refresh token only."""
        if not self._is_the_client():
            return jsonify(error="invalid_client"), 401
        newest = self.given_refresh_tokens[-1] if self.given_refresh_tokens else None
        if self.session_over or request.form["refresh_token"] != newest:
            return jsonify(error="invalid_grant"), 400
        return self._tokens({})

    def _is_the_client(self) -> bool:
        """By the one way that this client registered, and no other."""
        registration, form = self.portal.registration, request.form
        if registration.client_auth is ClientAuth.CLIENT_SECRET_BASIC:
            said = request.authorization
            proven = said is not None and (said.username, said.password) == (
                self.portal.id,
                registration.client_secret,
            )
            return proven and "client_assertion" not in form
        assert self.client_keys.signing is not None
        algorithms = [registration.assertion_alg]
        assertion = jwt.decode(form["client_assertion"], self.client_keys.signing, algorithms=algorithms)
        self.assertions.append(assertion.claims)
        return request.authorization is None

    def _tokens(self, more: Claims) -> Response:
        moment = int(self.now().timestamp())
        claims = {
            "iss": self.issuer,
            "sub": "pairwise-1",
            "aud": self.portal.id,
            "iat": moment,
            "exp": moment + 300,
            "sid": "session-1",
            "assurance": {"scheme": "digid", "level": "midden"},
            "session_expires_at": moment + SESSION_SECONDS,
            **more,
        }
        token = self._encrypted(self._signed(self.alter(claims)))
        answer = {"access_token": "a-1", "token_type": "Bearer", "expires_in": 600, "id_token": token}
        if self.refreshes:
            self.given_refresh_tokens.append(f"r-{len(self.given_refresh_tokens)}")
            answer["refresh_token"] = self.given_refresh_tokens[-1]
        return jsonify(answer)

    def logout_token(self, *, typ: str = "logout+jwt", **changes: Any) -> str:
        """A logout token for the session that it logs everybody in with; None drops a claim."""
        moment = int(self.now().timestamp())
        claims = {
            "iss": self.issuer,
            "aud": self.portal.id,
            "iat": moment,
            "exp": moment + 120,
            "jti": secrets.token_urlsafe(16),
            "sid": "session-1",
            "sub": "pairwise-1",
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        kept = {name: value for name, value in claims.items() if value is not None}
        return self._serialized(kept, typ=typ)

    def user(self) -> Response | tuple[Response, int]:
        """Userinfo for the access token handed out."""
        if request.headers.get("Authorization") != "Bearer a-1":
            return jsonify(error="invalid_token"), 401
        return jsonify(self.userinfo | self.inform())

    def collectivities(self) -> Response | tuple[Response, int]:
        """The search, as far as a test says what it finds."""
        if request.headers.get("Authorization") != "Bearer a-1":
            return jsonify(error="invalid_token"), 401
        self.searches.append(request.args.to_dict())
        return jsonify(self.search_answer) if self.search_answer else (jsonify(error="server_error"), 503)

    def _signed(self, claims: Claims) -> str:
        if self.sign:
            return self.sign(claims)
        return self._serialized(claims)

    def _serialized(self, claims: Claims, **header: Any) -> str:
        alg = self.portal.registration.id_token_alg
        header |= {"alg": alg, "kid": self.key.kid}
        return jws.serialize_compact(header, json.dumps(claims), self.key, algorithms=[alg])

    def _encrypted(self, signed: str) -> str:
        if self.encrypt:
            return self.encrypt(signed)
        if not self.portal.registration.encrypted:
            return signed
        header = {"alg": "RSA-OAEP-256", "enc": "A256GCM", "cty": "JWT"}
        algorithms = ["RSA-OAEP-256", "A256GCM"]
        assert self.client_keys.decryption is not None
        return jwe.encrypt_compact(header, signed, self.client_keys.decryption, algorithms=algorithms)
