"""Logins under way: where each stands."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime

from demo.eherkenning.faults.kinds import Fault
from demo.eherkenning.people import Holder, Mandate
from demo.eherkenning.requests import AuthnRequest, Return, Unsupported
from demo.eherkenning.sessions import Session
from demo.eherkenning.suppliers import Supplier
from demo.idp.logins import LoginStore


@dataclass(frozen=True, slots=True)
class Choosing:
    """The person has to choose a supplier."""


@dataclass(frozen=True, slots=True)
class AtSupplier:
    """The person has to log in at this supplier."""

    supplier: Supplier


@dataclass(frozen=True, slots=True)
class ChoosingCompany:
    """The person is known, and has to say for whom."""

    holder: Holder
    session: Session


@dataclass(frozen=True, slots=True)
class ChoosingBranch:
    """The company is chosen, and has several places the person may act for."""

    holder: Holder
    session: Session
    mandate: Mandate


@dataclass(frozen=True, slots=True)
class Finished:
    """The answer is made: the browser brings it to `url`, by GET, or by POST of these fields."""

    url: str
    fields: tuple[tuple[str, str], ...] | None = field(default=None, repr=False)


State = Choosing | AtSupplier | ChoosingCompany | ChoosingBranch | Finished


@dataclass(frozen=True, slots=True)
class Login:
    """One login: its id is in the address of its pages, its browser is bound by a cookie."""

    id: str
    browser: str
    asked: AuthnRequest | Unsupported
    started_at: datetime
    fault: Fault | None
    state: State = Choosing()

    @property
    def back(self) -> Return:
        """Where the answer goes."""
        return self.asked.back


class Logins(LoginStore[Login]):
    """All logins under way at the makelaar."""

    def start(
        self, asked: AuthnRequest | Unsupported, browser: str, now: datetime, fault: Fault | None
    ) -> Login:
        """A new login for this browser."""
        return self.add(Login(secrets.token_urlsafe(16), browser, asked, now, fault))

    def move(self, login: Login, state: State) -> Login | None:
        """Puts the login in `state`, unless it moved in the meantime: then None."""
        return self.put(replace(login, state=state), login)
