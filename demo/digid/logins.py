"""Logins under way: where each stands, for as long as DigiD keeps the page open."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from datetime import datetime

from demo.digid.faults.kinds import Fault
from demo.digid.levels import Means
from demo.digid.requests import AuthnRequest, Received
from demo.idp.logins import LoginStore


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


class Logins(LoginStore[Login]):
    """All logins under way at DigiD."""

    def start(self, received: Received, browser: str, fault: Fault | None) -> Login:
        """A new login for this browser."""
        return self.add(Login(secrets.token_urlsafe(16), browser, received, self._clock(), fault))

    def on_phone_of(self, username: str) -> list[Login]:
        """The logins that wait for the phone of whoever has this (normalised) user name, oldest first."""
        return [
            login
            for login in self.all_open()
            if isinstance(login.state, AwaitingPhone) and login.state.username == username
        ]

    def move(self, login: Login, state: State) -> Login | None:
        """Puts the login in `state`, unless it moved in the meantime: then None."""
        return self.put(replace(login, state=state), login)
