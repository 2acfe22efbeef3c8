"""One browser beside one portal server, on connections of their own that are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench.http_bytes import Answer
from bench.line import Caller, Line
from bench.portal import Portal
from bench.steps import AtTheDoor, Login, Request, Site, Steps
from bench.upstream import Digid, Upstream

CLIENT_ID = "mijn-cz"
CALLBACK = "http://127.0.0.1:8401/callback"
T = TypeVar("T")


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

    def login(self, portal: Portal | None = None, upstream: Upstream | None = None) -> Login:
        """With DigiD at that portal, unless others are named."""
        return Login(self.broker, portal or self.portal, upstream or Digid(self.digid))


class Visitor:
    """Logs in again and again, each time as a new browser."""

    def __init__(
        self,
        sites: Sites,
        *,
        portal: Portal | None = None,
        upstream: Upstream | None = None,
        to_broker: Callable[[str], Caller] = Line,
    ) -> None:
        """`to_broker` makes a way to call the broker, of which the portal gets one of its own."""
        self._login = sites.login(portal, upstream)
        self._lines: dict[Site, Caller] = {
            Site.BROKER: to_broker(sites.broker),
            Site.UPSTREAM: Line(self._login.upstream.address),
            Site.BROKER_FROM_PORTAL: to_broker(sites.broker),
        }

    def log_in(self) -> None:
        """One whole login: authorize, choose, provider, artifact, token, userinfo."""
        self._led(self._login.whole())

    def walk_to_the_door(self, hostile: str | None = None) -> AtTheDoor:
        """Everything up to the artifact endpoint."""
        return self._led(self._login.to_the_door(hostile))

    def knock(self, door: AtTheDoor) -> Answer:
        """The artifact endpoint alone."""
        return self._ask(self._login.knocking(door))

    def close(self) -> None:
        """Hang up everywhere."""
        for line in self._lines.values():
            line.close()

    def _led(self, steps: Steps[T]) -> T:
        try:
            request = next(steps)
            while True:
                request = steps.send(self._ask(request))
        except StopIteration as end:
            found: T = end.value
            return found

    def _ask(self, request: Request) -> Answer:
        site, method, target, headers, body = request
        return self._lines[site].ask(method, target, headers, body)
