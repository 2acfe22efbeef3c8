"""What every page of a portal needs: who the portal is, whose visit this is, what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask import g, request, url_for
from werkzeug.wrappers import Response

from demo.clock import Clock
from demo.portals.definitions import PortalDefinition
from demo.portals.keys import PortalKeys
from demo.portals.logins import Login, can_stay, session_end
from demo.portals.provider import ProviderUnavailable
from demo.portals.relations import work_of
from demo.portals.relying_party import LoginRefused, RelyingParty
from demo.portals.sessions import Visit, VisitStore
from demo.portals.tokens import TokenRefused

REFRESH_EVERY = timedelta(minutes=1)
# Whoever asks to stay is heard at once; yet never while an earlier refresh may still be under way, for a
# refresh token that comes twice ends the session (RFC 9700, section 4.14.2).
STAY_EVERY = timedelta(seconds=10)
WARN_BEFORE = timedelta(minutes=2)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class SessionClock:
    """The end of a session: date and time in the Netherlands, and the seconds until then.

    `can_stay` is false when the end is the absolute one, which no activity moves.
    """

    ends_on: str
    ends_at: str
    seconds_left: int
    can_stay: bool

    @property
    def warn_in_seconds(self) -> int:
        """How long it takes until the person should be warned."""
        return max(0, self.seconds_left - int(WARN_BEFORE.total_seconds()))


@dataclass(frozen=True, slots=True)
class PortalContext:
    """Shared by the pages of one portal."""

    portal: PortalDefinition
    keys: PortalKeys
    party: RelyingParty
    visits: VisitStore
    now: Clock

    @property
    def visit_key(self) -> str:
        """The secret in this browser's cookie; empty when it has none."""
        return request.cookies.get(self.portal.id, "")

    def visit(self) -> Visit:
        """This browser's visit as it is now."""
        return self.visits.find(self.visit_key)

    def login(self) -> Login | None:
        """The login of this browser, if it has one."""
        return self.visit().login

    def keep_alive(self) -> None:
        """Tell the broker that the person is active, at most once a minute, and learn the new ends."""
        self._refresh(REFRESH_EVERY)

    def stay(self) -> bool:
        """The person asked to stay logged in; false when nobody knows yet whether that worked."""
        return self._refresh(STAY_EVERY)

    def _refresh(self, every: timedelta) -> bool:
        key = self.visit_key
        login = self.visits.claim_refresh(key, every)
        if login is None:
            return True
        try:
            renewed = self.party.refresh(login)
        except (LoginRefused, TokenRefused):
            self.visits.end_login(key)
        except ProviderUnavailable:
            # Unknown is not over: the end that the page shows still holds.
            return False
        else:
            self.visits.renew(key, renewed, session_end(renewed) or self.visit().expires_at)
        return True

    @property
    def today(self) -> date:
        """The day it is in the Netherlands."""
        return self.now().astimezone(AMSTERDAM).date()

    @property
    def own_home(self) -> str:
        """Where a person who has logged in begins."""
        return url_for("business.overview" if self.portal.business else "content.dossier")

    @property
    def way_in(self) -> str:
        """Where somebody without a login is sent: the page says so when a session ended by itself."""
        if self.visit().ended:
            return url_for("session.ended")
        return url_for("content.home" if self.portal.business else "content.before_login")

    def clock_of(self, visit: Visit) -> SessionClock:
        """When this visit's login ends, for people and for the page's script."""
        ends_at = visit.expires_at.astimezone(AMSTERDAM)
        left = visit.expires_at - self.now()
        return SessionClock(
            ends_on=ends_at.strftime("%d-%m-%Y"),
            ends_at=ends_at.strftime("%H:%M"),
            seconds_left=max(0, int(left.total_seconds())),
            can_stay=visit.login is not None and can_stay(visit.login),
        )

    def set_cookie(self, response: Response, key: str) -> None:
        """Hand out a visit's secret; Lax, since the broker sends people back from another site."""
        response.set_cookie(self.portal.id, key, httponly=True, samesite="Lax", path="/")

    def for_page(self) -> dict[str, object]:
        """What the templates show on every page (the header of a logged-in person among it)."""
        visit = self.visit()
        shared: dict[str, object] = {
            "portal": self.portal,
            "login": visit.login,
            "own_home": self.own_home,
            "session_ended": visit.ended,
        }
        if visit.login:
            # Pages of somebody who is logged in carry our script that warns before the end.
            g.has_script = True
            shared["person_name"] = str(visit.login.claim("name") or "verzekerde")
            shared["clock"] = self.clock_of(visit)
            shared |= self._work_for_page(visit)
        return shared

    def _work_for_page(self, visit: Visit) -> dict[str, object]:
        """For an organisation's portal: the relation of this page, its menu, and links that keep to it."""
        site, work = self.portal.business, work_of(visit.login)
        if site is None:
            return {}
        return {
            "work": work,
            "menu": site.menu_for(work.roles | work.withheld),
            "role_names": site.roles.of(work.roles),
            "here": partial(url_for, relatie=work.number or None),
        }
