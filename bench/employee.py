"""Somebody who works for organisations at Mijn IZA: logs in, comes back by session, searches, switches."""

from __future__ import annotations

import json
import secrets
from base64 import b64encode
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwe
from joserfc.jwk import RSAKey

from bench.browsing import FORM, LoginFailed, browser_headers, cookie_header, expect
from bench.guesser import BRAND, CALLBACK, CLIENT_ID, PASSWORD, Guesser
from bench.line import Line
from bench.portal import authorization
from bench.stage import Stage, run_broker
from demo.portals.definitions import PORTALS

ROLE = "hoofdgebruiker"
_SECRET = next(portal.registration.client_secret for portal in PORTALS if portal.id == CLIENT_ID)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the portal has: a bearer token, and the signed ID token as a hint."""

    access: str = field(repr=False)
    hint: str = field(repr=False)


class Employee:
    """One browser with a session, and the portal beside it."""

    def __init__(self, stage: Stage, email: str, first: str) -> None:
        """`first`: the number of a collectivity to begin with."""
        self._line = Line(stage.sites.broker)
        keys = json.loads((stage.state / f"portals/{CLIENT_ID}.private.jwks").read_text())["keys"]
        self._opens = RSAKey.import_key(next(key for key in keys if key["use"] == "enc"))
        self._cookie = ""
        guesser = Guesser(stage.sites.broker, details=_details(first))
        answer = guesser.answer(email, PASSWORD)
        expect(answer, HTTPStatus.SEE_OTHER, "password")
        self._cookie = cookie_header(answer)
        self.tokens = self._redeem(answer.location, guesser.verifier)
        guesser.close()

    def come_back(self) -> None:
        """What a portal does with somebody who is logged in: no page, new tokens, userinfo."""
        self.tokens = self._silently({"id_token_hint": self.tokens.hint})
        self._bearer("/oauth2/userinfo")

    def search(self, typed: str) -> None:
        """Look for a collectivity that is there."""
        found = self._bearer(f"/oauth2/collectivities?{urlencode({'q': typed})}")
        if not found["total"]:
            raise LoginFailed("search: nothing was found")

    def switch(self, number: str) -> None:
        """Go over to another collectivity."""
        asked = {"id_token_hint": self.tokens.hint, "authorization_details": _details(number)}
        self.tokens = self._silently(asked)

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _silently(self, asked: dict[str, str]) -> Tokens:
        verifier = secrets.token_urlsafe(32)
        query = authorization(verifier, CLIENT_ID, CALLBACK) + "&" + urlencode({"prompt": "none", **asked})
        headers = browser_headers(self._cookie, "cross-site")
        answer = self._line.ask("GET", f"/oauth2/authorize?{query}", headers)
        expect(answer, HTTPStatus.SEE_OTHER, "authorize")
        return self._redeem(answer.location, verifier)

    def _redeem(self, location: str, verifier: str) -> Tokens:
        found = parse_qs(urlsplit(location).query)
        if "code" not in found:
            raise LoginFailed(f"no code: {found.get('error')}")
        form = {
            "grant_type": "authorization_code",
            "code": found["code"][0],
            "redirect_uri": CALLBACK,
            "code_verifier": verifier,
        }
        basic = b64encode(f"{CLIENT_ID}:{_SECRET}".encode()).decode()
        headers = {**FORM, "Authorization": f"Basic {basic}"}
        answer = self._line.ask("POST", "/oauth2/token", headers, urlencode(form))
        expect(answer, HTTPStatus.OK, "token")
        body = json.loads(answer.body)
        opened = jwe.decrypt_compact(body["id_token"], self._opens, algorithms=["RSA-OAEP-256", "A256GCM"])
        return Tokens(body["access_token"], (opened.plaintext or b"").decode())

    def _bearer(self, target: str) -> dict[str, object]:
        answer = self._line.ask("GET", target, {"Authorization": f"Bearer {self.tokens.access}"})
        expect(answer, HTTPStatus.OK, target)
        told: dict[str, object] = json.loads(answer.body)
        return told


def email_of(name: str) -> str:
    """The address of somebody who works."""
    return f"{name}@bedrijf.example"


def number_of(name: str, place: int) -> str:
    """The number of a collectivity that somebody works for."""
    return f"{name.upper()}-{place}"


def add_employee(stage: Stage, name: str, places: int) -> None:
    """Somebody with a password, and a role at so many collectivities of as many organisations."""
    file = stage.state / f"{name}.jsonl"
    of_brand = {"brand": BRAND}
    with file.open("w", encoding="utf-8") as lines:

        def write(row: dict[str, str]) -> None:
            lines.write(json.dumps({**of_brand, **row}) + "\n")

        person = {"name": "Bea Bezig", "email": email_of(name), "password": PASSWORD}
        write({"kind": "business_account", **person})
        for place in range(places):
            owner = {"kvk": f"{10_000_000 + place}", "name": f"Bedrijf {place} {name}"}
            own = {"email": email_of(name), "collectivity": number_of(name, place)}
            numbers = {"number": number_of(name, place), "customer_number": f"K{place}"}
            write({"kind": "organisation", **owner})
            write({"kind": "collectivity", **owner, **numbers})
            write({"kind": "membership", **own})
            write({"kind": "role_grant", **own, "role": ROLE})
    run_broker(stage, "import", str(file))


def _details(number: str) -> str:
    return json.dumps([{"type": "collectivity", "identifier": number}])
