"""The portal's side of OpenID Connect, played by a test: requests, codes, tokens, claims."""

from __future__ import annotations

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from werkzeug.test import Client, TestResponse

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


@dataclass(frozen=True)
class Attempt:
    """One authorization request with the secrets that belong to it; `fields` is for sending it by POST."""

    url: str
    fields: dict[str, str]
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Tokens:
    """What a login brought; `id_token` is the signed token, out of its envelope, as a hint needs it."""

    access_token: str
    id_token: str
    claims: dict[str, Any]


@dataclass
class RelyingParty:
    """The portal mijn-cz as its own software would act."""

    broker: WSGIApplication
    issuer: str
    keys: list[dict[str, Any]]
    now: Any
    client_id: str = "mijn-cz"
    redirect_uri: str = "http://127.0.0.1:8401/callback"
    _http: Client = field(init=False)

    def __post_init__(self) -> None:
        self._http = Client(self.broker)

    @classmethod
    def of_state(cls, broker: WSGIApplication, issuer: str, state: Path, now: Any) -> RelyingParty:
        """With the keys that the demo made for mijn-cz."""
        keys = json.loads((state / "portals/mijn-cz.private.jwks").read_text())["keys"]
        return cls(broker, issuer, keys, now)

    def begin(self, **changes: str) -> Attempt:
        """A fresh authorization request; `changes` adds or replaces parameters, an empty value drops one."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": "openid profile email",
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            **changes,
        }
        fields = {name: value for name, value in parameters.items() if value}
        url = f"{self.issuer}/oauth2/authorize?{urlencode(fields)}"
        return Attempt(url, fields, parameters["state"], parameters["nonce"], verifier)

    def answer(self, url: str) -> dict[str, str]:
        """The parameters with which the browser came back to the portal."""
        assert url.startswith(self.redirect_uri), url
        return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}

    def tokens(self, page_url: str, attempt: Attempt) -> Tokens:
        """The whole way from the browser's return to tokens that were read and found right."""
        answer = self.answer(page_url)
        assert (answer["state"], answer["iss"]) == (attempt.state, self.issuer)
        body = self.redeem(answer["code"], attempt).json
        assert body is not None
        assert "id_token" in body, body
        claims = self.read_id_token(body["id_token"])
        assert claims["nonce"] == attempt.nonce
        return Tokens(body["access_token"], self.open_id_token(body["id_token"]), claims)

    def redeem(self, code: str, attempt: Attempt) -> TestResponse:
        """Exchange a code at the token endpoint."""
        return self.post_token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.redirect_uri,
                "code_verifier": attempt.verifier,
            }
        )

    def post_token(self, form: dict[str, str]) -> TestResponse:
        """Call the token endpoint, authenticated by private_key_jwt."""
        proof = {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.assertion(),
        }
        return self._http.post("/oauth2/token", base_url=self.issuer, data={**form, **proof})

    def assertion(self) -> str:
        """A fresh client assertion (RFC 7523)."""
        now = int(self.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": self.issuer,
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(16),
        }
        key = ECKey.import_key(self._key("sig"))
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])

    def read_id_token(self, token: str) -> dict[str, Any]:
        """Decrypt and verify a nested ID token; the claims."""
        inner = self.open_id_token(token)
        keys = KeySet.import_key_set(json.loads(self._http.get("/oauth2/jwks", base_url=self.issuer).data))
        return dict(jwt.decode(inner, keys, algorithms=["ES256"]).claims)

    def open_id_token(self, token: str) -> str:
        """The signed token inside the encrypted one."""
        key = RSAKey.import_key(self._key("enc"))
        opened = jwe.decrypt_compact(token, key, algorithms=["RSA-OAEP-256", "A256GCM"])
        assert opened.plaintext is not None
        return opened.plaintext.decode()

    def userinfo(self, access_token: str) -> TestResponse:
        """Call userinfo."""
        return self._http.get(
            "/oauth2/userinfo", base_url=self.issuer, headers={"Authorization": f"Bearer {access_token}"}
        )

    def _key(self, use: str) -> dict[str, Any]:
        return next(key for key in self.keys if key.get("use") == use)
