"""One person at one portal: from the portal to the broker and DigiD and back, step by step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from demo.plan import BROKER_URL, DIGID_URL
from tests.conformance.op import Op
from tests.conformance.stand import over_http
from tests.interop.portals import Portal
from tests.support.browser import Browser, Page

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PATIENCE_SECONDS = 30
_LOGIN_BUTTON = "Inloggen met DigiD"


@dataclass
class Journey:
    """A browser that first knows only the portal, so that a test can read and change what passes between."""

    portal: Portal
    op: Op
    browser: Browser = field(init=False)

    def __post_init__(self) -> None:
        self.browser = Browser({})

    def log_in(
        self,
        path: str = "/login",
        *,
        asked: Mapping[str, str] | None = None,
        answered: Mapping[str, str] | None = None,
    ) -> Page:
        """The whole way; `asked` and `answered` replace what passes. The portal's page afterwards."""
        answer = self.authorize(changed(self.ask(path), asked or {}))
        return self.bring(changed(answer, answered or {}))

    def ask(self, path: str = "/login") -> str:
        """The authorization request that the portal makes."""
        self.browser.sites = self._portal_alone()
        return self.browser.open(self.portal.origin + path).url

    def authorize(self, request: str) -> str:
        """Where the broker sends the browser, after a login at DigiD unless it knows the person already."""
        self.browser.sites = dict(self.op.sites)
        if self.browser.open(request).url.startswith(BROKER_URL):
            self.op.log_in(self.browser)
        return self.browser.page.url

    def bring(self, answer: str) -> Page:
        """Take the answer to the portal."""
        self.browser.sites = self.op.sites | self._portal_alone()
        return self.browser.open(answer)

    def visit(self, path: str = "/") -> dict[str, Any]:
        """What the portal says at an address of its own, in JSON."""
        page = self.bring(self.portal.origin + path)
        assert page.url.startswith(self.portal.origin), page.url
        return dict(json.loads(page.html))

    def is_asked_to_log_in(self, path: str = "/login") -> bool:
        """Whether a visit leads to the broker's choice of ways, and not straight back with a login."""
        return _LOGIN_BUTTON in self.bring(self.portal.origin + path).text

    def _portal_alone(self) -> dict[str, WSGIApplication]:
        return {self.portal.origin: _asking_for_pages(over_http(self.portal.port))}


def journey_at(portal: Portal, state: Path) -> Journey:
    """A person with an empty browser; `state` is the demo's."""
    sites = {BROKER_URL: over_http(8000), DIGID_URL: over_http(8100)}
    return Journey(portal, Op(BROKER_URL, sites, state / "clock-offset", 0))


def _asking_for_pages(site: WSGIApplication) -> WSGIApplication:
    """As browsers do: some portals send nobody to log in who does not ask for a page."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return site({**environ, "HTTP_ACCEPT": "text/html,*/*;q=0.8"}, start_response)

    return application


def changed(url: str, changes: Mapping[str, str]) -> str:
    """The same address with other values for some parameters."""
    if not changes:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=urlencode({**dict(parse_qsl(parts.query)), **changes})))


def until(happened: Callable[[], bool]) -> None:
    """Return once it has: the broker's worker tells portals of a logout in its own time."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.1)
