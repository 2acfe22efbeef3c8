"""Browsers and a portal as seen by the broker: the requests of one login, over kept connections."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.browsing import FORM, FORM_FIELD, LoginFailed, browser_headers, cookie_header, expect
from bench.line import Answer, Caller, Line
from bench.portal import Portal
from bench.upstream import Digid, Upstream

CLIENT_ID = "mijn-cz"
CALLBACK = "http://127.0.0.1:8401/callback"


@dataclass(frozen=True, slots=True)
class Sites:
    """Where the broker and the providers listen, and the portal whose people come with DigiD."""

    broker: str
    digid: str
    makelaar: str
    portal: Portal

    @classmethod
    def of_state(cls, broker: str, digid: str, makelaar: str, state: Path) -> Sites:
        """With the key that the demo made for the portal."""
        return cls(broker, digid, makelaar, Portal.of_state(state, CLIENT_ID, CALLBACK))


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """A browser with an artifact in hand: the next request is the broker's artifact endpoint."""

    target: str
    cookie: str = field(repr=False)
    verifier: str = field(repr=False)


class Visitor:
    """One browser beside one portal server; logs in again and again, each time as a new browser."""

    def __init__(
        self,
        sites: Sites,
        *,
        portal: Portal | None = None,
        upstream: Upstream | None = None,
        to_broker: Callable[[str], Caller] = Line,
    ) -> None:
        """`to_broker` makes a way to call the broker, of which the portal gets one of its own."""
        self._origin = sites.broker
        self._portal = portal or sites.portal
        self._upstream = upstream or Digid(sites.digid)
        self._broker, self._server = to_broker(sites.broker), to_broker(sites.broker)
        self._action = re.compile(rf'action="([^"]+/{self._upstream.name})"')

    def log_in(self) -> None:
        """One whole login: authorize, choose, provider, artifact, token, userinfo."""
        self._finish(self.walk_to_the_door())

    def walk_to_the_door(self, hostile: str | None = None) -> AtTheDoor:
        """Everything up to the artifact endpoint."""
        verifier = secrets.token_urlsafe(32)
        query = self._portal.authorization(verifier)
        begun = self._get(f"/oauth2/authorize?{query}", "", site="cross-site")
        expect(begun, HTTPStatus.SEE_OTHER, "authorize")
        cookie = cookie_header(begun)
        page = self._get(urlsplit(begun.location).path, cookie)
        expect(page, HTTPStatus.OK, "choose")
        text = page.body.decode()
        action = self._action.search(text)
        if action is None:
            raise LoginFailed(f"no button for {self._upstream.name}")
        headers = {**browser_headers(cookie), **FORM, "Origin": self._origin}
        fields = urlencode(dict(FORM_FIELD.findall(text)))
        gone = self._broker.ask("POST", action[1], headers, fields)
        back = self._upstream.answer(gone, hostile)
        expect(back, HTTPStatus.FOUND, self._upstream.name)
        home = urlsplit(back.location)
        return AtTheDoor(f"{home.path}?{home.query}", cookie, verifier)

    def knock(self, door: AtTheDoor) -> Answer:
        """The artifact endpoint alone."""
        return self._get(door.target, door.cookie, site="cross-site")

    def close(self) -> None:
        """Hang up everywhere."""
        for line in (self._broker, self._upstream, self._server):
            line.close()

    def _finish(self, door: AtTheDoor) -> None:
        answered = self.knock(door)
        expect(answered, HTTPStatus.SEE_OTHER, "artifact")
        parameters = parse_qs(urlsplit(answered.location).query)
        if not answered.location.startswith(self._portal.callback) or "code" not in parameters:
            raise LoginFailed(f"no code: {urlsplit(answered.location).path} {parameters.get('error')}")
        form = self._portal.redemption(self._origin, parameters["code"][0], door.verifier)
        tokens = self._server.ask("POST", "/oauth2/token", FORM, form)
        expect(tokens, HTTPStatus.OK, "token")
        bearer = json.loads(tokens.body)["access_token"]
        told = self._server.ask("GET", "/oauth2/userinfo", {"Authorization": f"Bearer {bearer}"})
        expect(told, HTTPStatus.OK, "userinfo")

    def _get(self, target: str, cookie: str, *, site: str = "same-origin") -> Answer:
        return self._broker.ask("GET", target, browser_headers(cookie, site))
