"""What stands around every page of the account area: who is logged in, until when, and where else to go."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from flask import current_app, url_for
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.domain.accounts import Account, AccountType
from broker.oidc.discovery import Endpoints
from broker.sessions.session import Session
from broker.web.dutch_time import day_and_time
from broker.web.portals import PortalView


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One page of the menu; `page` is its endpoint without the blueprint."""

    page: str
    label: LazyString | str
    url: str


@dataclass(frozen=True, slots=True)
class Frame:
    """The line of J27, the warning of J39 and the menu. `ends_on` and `ends_at` are in Dutch time.

    `can_stay` when the session could last longer; `stay_token` is what the form that does so carries.
    """

    name: str = field(repr=False)
    ends_on: str
    ends_at: str
    seconds_left: int
    can_stay: bool
    session_url: str
    session_ends_url: str
    stay_token: str = field(repr=False)
    portal_name: str
    portal_url: str
    logout_url: str
    menu: tuple[MenuItem, ...]


_WITH_PASSWORD: Final = frozenset({"password", "factors"})
_MENU: Final = (
    ("details", lazy_gettext("Mijn persoonsgegevens")),
    ("password", lazy_gettext("Wachtwoord wijzigen")),
    ("factors", lazy_gettext("Tweestapsverificatie")),
    ("sessions", lazy_gettext("Waar u bent ingelogd")),
    ("log", lazy_gettext("Wat er met uw account gebeurde")),
    ("shared", lazy_gettext("Gegevens bij portalen")),
    ("export", lazy_gettext("Gegevens downloaden")),
    ("erase", lazy_gettext("Account verwijderen")),
)


def frame_of(
    account: Account, session: Session, portal: PortalView, *, stay_token: str, now: datetime
) -> Frame:
    """The frame for this person; a page that is not served has no place in the menu."""
    ends_on, ends_at = day_and_time(session.expires_at)
    others = _WITH_PASSWORD if account.type is AccountType.CONSUMER else frozenset()
    menu = tuple(
        MenuItem(page, label, url_for(f"account.{page}", brand=account.brand))
        for page, label in _MENU
        if page not in others and f"account.{page}" in current_app.view_functions
    )
    # The entrance of staff is no client: without one the page asks about every session of the browser.
    client = "" if portal.is_ours else f"?client_id={portal.client_id}"
    return Frame(
        name=account.name,
        ends_on=ends_on,
        ends_at=ends_at,
        seconds_left=seconds_left(session, now),
        can_stay=can_stay(session),
        session_url=url_for("account.session_state", brand=account.brand),
        session_ends_url=url_for("account.session_ends", brand=account.brand),
        stay_token=stay_token,
        portal_name=portal.name,
        portal_url=portal.url,
        logout_url=f"{Endpoints.END_SESSION_PATH}{client}",
        menu=menu,
    )


def seconds_left(session: Session, now: datetime) -> int:
    """How long the session lasts when nothing happens, in whole seconds."""
    return max(0, int((session.expires_at - now).total_seconds()))


def can_stay(session: Session) -> bool:
    """Whether activity would make it last longer."""
    return session.idle_expires_at < session.absolute_expires_at
