"""Logins under way: where each stands, for as long as DigiD keeps the page open."""

from __future__ import annotations

import hmac
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from demo.clock import Clock
from demo.digid.faults.kinds import Fault
from demo.digid.levels import Means
from demo.digid.requests import AuthnRequest, Received

LIFETIME_MINUTES = 15
_REMEMBERED_HOURS = 24


@dataclass(frozen=True, slots=True)
class Choosing:
    """The person has to choose a means, or to type a user name."""


@dataclass(frozen=True, slots=True)
class AwaitingCode:
    """The password was right; the SMS code is on its way. `__repr__` hides the code."""

    username: str
    code: str
    expires_at: datetime

    def __repr__(self) -> str:
        return f"AwaitingCode(expires_at={self.expires_at.isoformat()})"


@dataclass(frozen=True, slots=True)
class AwaitingPhone:
    """The person has to confirm on the phone; `address` is the browser's."""

    username: str
    means: Means
    address: str


@dataclass(frozen=True, slots=True)
class LevelTooLow:
    """The phone was right, but this DigiD does not reach the level that was asked."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The artifact is made: the browser goes here."""

    return_url: str


State = Choosing | AwaitingCode | AwaitingPhone | LevelTooLow | Finished


@dataclass(frozen=True, slots=True)
class Login:
    """One login: its id is in the address of its pages, its browser is bound by a cookie."""

    id: str
    browser: str
    received: Received
    started_at: datetime
    fault: Fault | None
    state: State = Choosing()

    @property
    def request(self) -> AuthnRequest:
        """What the web service asked."""
        return self.received.request


class Logins:
    """All logins under way. Every step is taken against the state it was decided on, so it happens once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._logins: dict[str, Login] = {}

    def start(self, received: Received, browser: str, fault: Fault | None) -> Login:
        """A new login for this browser."""
        now = self._clock()
        login = Login(secrets.token_urlsafe(16), browser, received, now, fault)
        oldest = now - timedelta(hours=_REMEMBERED_HOURS)
        with self._lock:
            self._logins = {key: one for key, one in self._logins.items() if one.started_at > oldest}
            self._logins[login.id] = login
        return login

    def of_browser(self, login_id: str, browser: str) -> Login | None:
        """The login, when it is this browser's and has not expired."""
        login = self.find(login_id)
        if login is None or not hmac.compare_digest(login.browser.encode(), browser.encode()):
            return None
        return login

    def find(self, login_id: str) -> Login | None:
        """The login, when it has not expired."""
        login = self._logins.get(login_id)
        if login is None or self._clock() - login.started_at > timedelta(minutes=LIFETIME_MINUTES):
            return None
        return login

    def on_phone_of(self, username: str) -> list[Login]:
        """The logins that wait for the phone of whoever has this (normalised) user name, oldest first."""
        return [
            login
            for login in list(self._logins.values())
            if isinstance(login.state, AwaitingPhone)
            and login.state.username == username
            and self.find(login.id) is login
        ]

    def move(self, login: Login, state: State) -> Login | None:
        """Puts the login in `state`, unless it moved in the meantime: then None."""
        moved = replace(login, state=state)
        with self._lock:
            if self._logins.get(login.id) is not login:
                return None
            self._logins[login.id] = moved
        return moved
