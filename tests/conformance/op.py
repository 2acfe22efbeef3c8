"""The relying party of the conformance tests: it knows the provider by its metadata and speaks only HTTP."""

from __future__ import annotations

import http.client
import json
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import KeySet, KeySetSerialization

from demo.clock import DemoClock
from demo.people import PEOPLE
from tests.support.browser import Browser

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

CLIENT_ID = "conformance"
SECRET = "a+secret with/odd%characters-of-a-test"
SECRET_SHA256 = sha256(SECRET.encode()).hexdigest()
REDIRECT_URI = "http://127.0.0.1:8499/callback"
HOME = "http://127.0.0.1:8499/"


@dataclass(frozen=True)
class Attempt:
    """One authorization request with what must come back or be shown later."""

    fields: dict[str, str]
    verifier: str


@dataclass(frozen=True)
class Answer:
    """An HTTP answer of an endpoint for programs."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        """The body as a JSON object."""
        content: dict[str, Any] = json.loads(self.body)
        return content


@dataclass
class Op:
    """The provider as a relying party sees it. `more` is added to every authorization request."""

    issuer: str
    sites: dict[str, WSGIApplication]
    clock_file: Path
    backchannel_port: int
    more: dict[str, str] = field(default_factory=dict)

    @property
    def metadata(self) -> dict[str, Any]:
        """The discovery document."""
        return self.call("GET", f"{self.issuer}/.well-known/openid-configuration").json

    def advance(self, seconds: int) -> None:
        """Let time pass for everybody."""
        DemoClock(self.clock_file).advance(seconds)

    def browser(self) -> Browser:
        """A fresh browser."""
        return Browser(dict(self.sites))

    def call(self, method: str, url: str, *, form: dict[str, str] | None = None, **headers: str) -> Answer:
        """Call an endpoint directly."""
        parts = urlsplit(url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        body = urlencode(form) if form is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        found = Answer(answer.status, {name.lower(): v for name, v in answer.getheaders()}, answer.read())
        connection.close()
        return found

    def request(self, **changes: str) -> Attempt:
        """A sound authorization request; an empty value drops a parameter."""
        verifier = secrets.token_urlsafe(48)
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        sound = {
            "response_type": "code",
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "scope": "openid",
            "state": secrets.token_urlsafe(16),
            "nonce": secrets.token_urlsafe(16),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        given = sound | self.more | changes
        return Attempt({name: value for name, value in given.items() if value}, verifier)

    def open(self, browser: Browser, attempt: Attempt) -> None:
        """Go to the authorization endpoint; a page that posts itself on is followed."""
        browser.open(f"{self.metadata['authorization_endpoint']}?{urlencode(attempt.fields)}")
        self.go_on(browser)

    def go_on(self, browser: Browser) -> None:
        """What a browser with JavaScript does by itself at the form_post page."""
        form = browser.page.soup.find("form", action=REDIRECT_URI)
        if form is not None:
            browser.press(form.find_all("button")[0].get_text(strip=True))

    def log_in(self, browser: Browser) -> None:
        """From the login page to the end, with the DigiD app."""
        browser.press("Inloggen met DigiD")
        person = next(person for person in PEOPLE if person.id == "sanne")
        assert person.digid is not None
        browser.follow("Met de DigiD app")
        browser.press("Inloggen", username=person.digid.username)
        digid = next(site for site in self.sites if site != self.issuer)
        waiting = self.call("GET", f"{digid}/api/app/pending?person=sanne").json["pending"][-1]["id"]
        body = json.dumps({"person": "sanne", "id": waiting, "pin": person.digid.pin})
        parts = urlsplit(digid)
        phone = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        phone.request("POST", "/api/app/confirm", body, {"Content-Type": "application/json"})
        assert phone.getresponse().status == 200
        phone.close()
        browser.press("Ik heb bevestigd")
        self.go_on(browser)

    def arrives_with(self, browser: Browser) -> dict[str, str]:
        """The parameters with which the browser is back at the relying party, by whichever mode."""
        page = browser.page
        assert page.url.startswith(REDIRECT_URI), f"still at {page.url}: {page.text[:200]}"
        if self.more.get("response_mode") == "form_post":
            assert not urlsplit(page.url).query
            return page.fields
        return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}

    def enter(self, browser: Browser, **changes: str) -> dict[str, Any]:
        """A whole login: the token answer, with the claims of the ID token."""
        attempt = self.request(**changes)
        self.open(browser, attempt)
        if not browser.page.url.startswith(REDIRECT_URI):
            self.log_in(browser)
        return self.finish(browser, attempt)

    def finish(self, browser: Browser, attempt: Attempt) -> dict[str, Any]:
        """From the answer in the browser to verified tokens."""
        answer = self.arrives_with(browser)
        assert answer.get("state") == attempt.fields.get("state")
        assert answer.get("iss") == self.issuer
        assert "code" in answer, answer
        redeemed = self.redeem(answer["code"], attempt)
        assert redeemed.status == 200, redeemed.body
        assert redeemed.headers["cache-control"] == "no-store"
        header, claims = self.verified(redeemed.json["id_token"])
        assert claims["iss"] == self.issuer
        assert claims["aud"] in (CLIENT_ID, [CLIENT_ID])
        assert claims.get("nonce") == attempt.fields.get("nonce")
        assert claims["exp"] > claims["iat"]
        return {
            **redeemed.json,
            "claims": claims,
            "header": header,
            "code": answer["code"],
            "attempt": attempt,
        }

    def redeem(self, code: str, attempt: Attempt) -> Answer:
        """Exchange a code."""
        return self.token(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": REDIRECT_URI,
                "code_verifier": attempt.verifier,
            }
        )

    def token(self, form: dict[str, str]) -> Answer:
        """Call the token endpoint with client_secret_basic."""
        words = [urlencode({"": part})[1:] for part in (CLIENT_ID, SECRET)]
        proof = b64encode(":".join(words).encode()).decode()
        return self.call("POST", self.metadata["token_endpoint"], form=form, Authorization=f"Basic {proof}")

    def verified(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token, its signature checked with the published key of its kid."""
        keys = self.call("GET", self.metadata["jwks_uri"]).json
        found_header = jws.extract_compact(token.encode()).headers()
        assert any(key["kid"] == found_header.get("kid") for key in keys["keys"]), "no key by that kid"
        algorithm = found_header["alg"]
        assert algorithm in self.metadata["id_token_signing_alg_values_supported"]
        found = jws.deserialize_compact(
            token, KeySet.import_key_set(KeySetSerialization(keys=keys["keys"])), algorithms=[algorithm]
        )
        return dict(found.headers()), json.loads(found.payload or b"")

    def userinfo(self, access_token: str, method: str = "GET") -> Answer:
        """Call userinfo with the token in the header."""
        url = self.metadata["userinfo_endpoint"]
        return self.call(method, url, Authorization=f"Bearer {access_token}")

    def silent(self, browser: Browser, **changes: str) -> dict[str, str]:
        """What prompt=none gives in this browser."""
        self.open(browser, self.request(prompt="none", **changes))
        return self.arrives_with(browser)

    @contextmanager
    def hearing(self) -> Iterator[Queue[str]]:
        """Listen at the back-channel logout address for the time of a test."""
        heard: Queue[str] = Queue()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                heard.put(form["logout_token"][0])
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", self.backchannel_port), Handler)
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
