"""Browsers and a portal as seen by the broker: the requests of one login, over kept connections."""

from __future__ import annotations

import json
import re
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from bench.line import Answer, Caller, Line

CLIENT_ID = "mijn-cz"
CALLBACK = "http://127.0.0.1:8401/callback"
FORM_FIELD = re.compile(r'name="(csrf_token|transaction_id)" value="([^"]+)"')
_ACTION = re.compile(r'action="([^"]+/digid)"')
_ASSERTION_SECONDS = 50
_JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class LoginFailed(Exception):
    """A step of a login did not go as it should; the message says which."""


@dataclass(frozen=True, slots=True)
class Sites:
    """Where the broker and DigiD listen; `proof` is the portal's private key."""

    broker: str
    digid: str
    proof: ECKey = field(repr=False)

    @classmethod
    def of_state(cls, broker: str, digid: str, state: Path) -> Sites:
        """With the key that the demo made for the portal."""
        keys = json.loads((state / f"portals/{CLIENT_ID}.private.jwks").read_text())["keys"]
        signing = next(key for key in keys if key["use"] == "sig")
        return cls(broker, digid, ECKey.import_key(signing))


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """A browser with an artifact in hand: the next request is the broker's artifact endpoint."""

    target: str
    cookie: str = field(repr=False)
    verifier: str = field(repr=False)


class Visitor:
    """One browser beside one portal server; logs in again and again, each time as a new browser."""

    def __init__(self, sites: Sites, *, to_broker: Callable[[str], Caller] = Line) -> None:
        """`to_broker` makes a way to call the broker, of which the portal gets one of its own."""
        self._sites = sites
        self._broker, self._portal = to_broker(sites.broker), to_broker(sites.broker)
        self._digid = Line(sites.digid)

    def log_in(self) -> None:
        """One whole login: authorize, choose, DigiD, artifact, token, userinfo."""
        self._finish(self.walk_to_the_door())

    def walk_to_the_door(self, hostile: str | None = None) -> AtTheDoor:
        """Everything up to the artifact endpoint."""
        verifier = secrets.token_urlsafe(32)
        begun = self._get(f"/oauth2/authorize?{authorization(verifier)}", "", site="cross-site")
        expect(begun, HTTPStatus.SEE_OTHER, "authorize")
        cookie = cookie_header(begun)
        page = self._get(urlsplit(begun.location).path, cookie)
        expect(page, HTTPStatus.OK, "choose")
        text = page.body.decode()
        action = _ACTION.search(text)
        if action is None:
            raise LoginFailed("no button for DigiD")
        headers = {**browser_headers(cookie), **FORM, "Origin": self._sites.broker}
        fields = urlencode(dict(FORM_FIELD.findall(text)))
        gone = self._broker.ask("POST", action[1], headers, fields)
        expect(gone, HTTPStatus.SEE_OTHER, "send upstream")
        away = urlsplit(gone.location)
        query = away.query + (f"&hostile={hostile}" if hostile else "")
        back = self._digid.ask("GET", f"{away.path}?{query}", {})
        expect(back, HTTPStatus.FOUND, "DigiD")
        home = urlsplit(back.location)
        return AtTheDoor(f"{home.path}?{home.query}", cookie, verifier)

    def knock(self, door: AtTheDoor) -> Answer:
        """The artifact endpoint alone."""
        return self._get(door.target, door.cookie, site="cross-site")

    def _finish(self, door: AtTheDoor) -> None:
        answered = self.knock(door)
        expect(answered, HTTPStatus.SEE_OTHER, "artifact")
        parameters = parse_qs(urlsplit(answered.location).query)
        if not answered.location.startswith(CALLBACK) or "code" not in parameters:
            raise LoginFailed(f"no code: {urlsplit(answered.location).path} {parameters.get('error')}")
        tokens = self._portal.ask(
            "POST", "/oauth2/token", FORM, self._redemption(parameters["code"][0], door.verifier)
        )
        expect(tokens, HTTPStatus.OK, "token")
        bearer = json.loads(tokens.body)["access_token"]
        told = self._portal.ask("GET", "/oauth2/userinfo", {"Authorization": f"Bearer {bearer}"})
        expect(told, HTTPStatus.OK, "userinfo")

    def close(self) -> None:
        """Hang up everywhere."""
        for line in (self._broker, self._digid, self._portal):
            line.close()

    def _get(self, target: str, cookie: str, *, site: str = "same-origin") -> Answer:
        return self._broker.ask("GET", target, browser_headers(cookie, site))

    def _redemption(self, code: str, verifier: str) -> str:
        now = int(time.time())
        claims = {
            "iss": CLIENT_ID,
            "sub": CLIENT_ID,
            "aud": self._sites.broker,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        key = self._sites.proof
        proof = jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key, algorithms=["ES256"])
        return urlencode(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": CALLBACK,
                "code_verifier": verifier,
                "client_assertion_type": _JWT_BEARER,
                "client_assertion": proof,
            }
        )


def authorization(verifier: str, client_id: str = CLIENT_ID, callback: str = CALLBACK) -> str:
    """The query of a portal's request to log somebody in."""
    challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": callback,
            "scope": "openid profile email",
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )


def browser_headers(cookie: str, site: str = "same-origin") -> dict[str, str]:
    """What a browser sends with every request."""
    headers = {
        "Accept": "text/html,application/xhtml+xml",
        "Accept-Language": "nl-NL,nl;q=0.9,en;q=0.8",
        "Sec-Fetch-Site": site,
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) bench",
    }
    return {**headers, "Cookie": cookie} if cookie else headers


def cookie_header(answer: Answer) -> str:
    """What the answer's cookies are sent back as."""
    return "; ".join(cookie.partition(";")[0] for cookie in answer.cookies)


def expect(answer: Answer, status: HTTPStatus, step: str) -> None:
    """Raises `LoginFailed` when a step was answered otherwise."""
    if answer.status != status:
        raise LoginFailed(f"{step}: status {answer.status} instead of {int(status)}")
