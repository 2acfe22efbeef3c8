"""Logins under way, for as long as a simulator keeps the page open."""

from __future__ import annotations

import hmac
import threading
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from demo.clock import Clock

LIFETIME_MINUTES = 15
_REMEMBERED_HOURS = 24


class UnderWay(Protocol):
    """One login: its id is in the address of its pages, its browser is bound by a cookie."""

    @property
    def id(self) -> str:
        """What its pages are found by."""

    @property
    def browser(self) -> str:
        """The cookie of the browser it belongs to."""

    @property
    def started_at(self) -> datetime:
        """When it began."""


LoginT = TypeVar("LoginT", bound=UnderWay)


class LoginStore(Generic[LoginT]):
    """All logins under way. Every step is taken against the state it was decided on, so it happens once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._logins: dict[str, LoginT] = {}

    def add(self, login: LoginT) -> LoginT:
        """Keeps a login that starts now, and forgets those of long ago."""
        oldest = self._clock() - timedelta(hours=_REMEMBERED_HOURS)
        with self._lock:
            self._logins = {key: one for key, one in self._logins.items() if one.started_at > oldest}
            self._logins[login.id] = login
        return login

    def of_browser(self, login_id: str, browser: str) -> LoginT | None:
        """The login, when it is this browser's and has not expired."""
        login = self.find(login_id)
        if login is None or not hmac.compare_digest(login.browser.encode(), browser.encode()):
            return None
        return login

    def find(self, login_id: str) -> LoginT | None:
        """The login, when it has not expired."""
        login = self._logins.get(login_id)
        if login is None or self._clock() - login.started_at > timedelta(minutes=LIFETIME_MINUTES):
            return None
        return login

    def all_open(self) -> list[LoginT]:
        """Every login that has not expired, oldest first."""
        return [login for login in list(self._logins.values()) if self.find(login.id) is login]

    def put(self, moved: LoginT, before: LoginT) -> LoginT | None:
        """Puts `moved` in the place of `before`, unless that moved in the meantime: then None."""
        with self._lock:
            if self._logins.get(before.id) is not before:
                return None
            self._logins[before.id] = moved
        return moved
