"""The requests of one login as a conversation: it says what to ask next, and somebody else does the asking.

So one browser on ordinary connections (`bench.load`), many in one thread (`bench.browsers`), and one that
calls the application in this very process (`bench.inside`) all do the same.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Generator
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple, TypeVar
from urllib.parse import urlencode, urlsplit

from bench.browsing import FORM, FORM_FIELD, LoginFailed, browser_headers, cookie_header, expect
from bench.http_bytes import Answer

if TYPE_CHECKING:
    from bench.portal import Portal
    from bench.upstream import Upstream

_CODE = re.compile(r"[?&]code=([\w-]+)")


class Site(Enum):
    """Whom a request goes to, and whose connection it takes."""

    BROKER = auto()
    UPSTREAM = auto()
    BROKER_FROM_PORTAL = auto()


class Request(NamedTuple):
    """One request."""

    site: Site
    method: str
    target: str
    headers: dict[str, str]
    body: str | None = None


T_co = TypeVar("T_co", covariant=True)
Steps = Generator[Request, Answer, T_co]
"""Gives requests, wants each one's answer sent, and returns something at its end."""


@dataclass(frozen=True, slots=True)
class AtTheDoor:
    """A browser with an artifact in hand: the next request is the broker's artifact endpoint."""

    target: str
    cookie: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Login:
    """Everybody who takes part. Each step's answer is checked, and `LoginFailed` says which was wrong."""

    broker: str
    portal: Portal
    upstream: Upstream

    def whole(self) -> Steps[None]:
        """Authorize, choose, provider, artifact, token, userinfo."""
        door = yield from self.to_the_door()
        answered = yield self.knocking(door)
        yield from self._redeemed(answered, door.verifier)

    def to_the_door(self, hostile: str | None = None) -> Steps[AtTheDoor]:
        """Everything up to the artifact endpoint."""
        verifier = secrets.token_urlsafe(32)
        query = self.portal.authorization(verifier)
        begun = yield _get(f"/oauth2/authorize?{query}", "", "cross-site")
        expect(begun, HTTPStatus.SEE_OTHER, "authorize")
        cookie = cookie_header(begun)
        page = yield _get(urlsplit(begun.location).path, cookie, "same-origin")
        expect(page, HTTPStatus.OK, "choose")
        gone = yield self._pressed(page.body.decode(), cookie)
        back = yield self.upstream.asked(gone, hostile)
        expect(back, HTTPStatus.FOUND, self.upstream.name)
        home = urlsplit(back.location)
        return AtTheDoor(f"{home.path}?{home.query}", cookie, verifier)

    def knocking(self, door: AtTheDoor) -> Request:
        """What is asked of the artifact endpoint."""
        return _get(door.target, door.cookie, "cross-site")

    def _pressed(self, page: str, cookie: str) -> Request:
        """The button of the provider."""
        action = re.search(rf'action="([^"]+/{self.upstream.name})"', page)
        if action is None:
            raise LoginFailed(f"no button for {self.upstream.name}")
        headers = {**browser_headers(cookie), **FORM, "Origin": self.broker}
        return Request(Site.BROKER, "POST", action[1], headers, urlencode(dict(FORM_FIELD.findall(page))))

    def _redeemed(self, answered: Answer, verifier: str) -> Steps[None]:
        """The portal's part: a code becomes tokens, and a token tells who somebody is."""
        expect(answered, HTTPStatus.SEE_OTHER, "artifact")
        code = _CODE.search(answered.location)
        if not answered.location.startswith(f"{self.portal.callback}?") or code is None:
            raise LoginFailed(f"no code: {answered.location}")
        form = self.portal.redemption(self.broker, code[1], verifier)
        tokens = yield Request(Site.BROKER_FROM_PORTAL, "POST", "/oauth2/token", FORM, form)
        expect(tokens, HTTPStatus.OK, "token")
        given = json.loads(tokens.body)
        if not given.get("id_token"):
            raise LoginFailed("no ID token")
        bearer = {"Authorization": f"Bearer {given['access_token']}"}
        told = yield Request(Site.BROKER_FROM_PORTAL, "GET", "/oauth2/userinfo", bearer)
        expect(told, HTTPStatus.OK, "userinfo")
        if not json.loads(told.body).get("sub"):
            raise LoginFailed("userinfo tells of nobody")


def _get(target: str, cookie: str, site: str) -> Request:
    return Request(Site.BROKER, "GET", target, browser_headers(cookie, site))
