"""What every page of a portal needs: who the portal is, whose visit this is, what time it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from demo.clock import Clock
from demo.portals.definitions import PortalDefinition
from demo.portals.keys import PortalKeys
from demo.portals.provider import ProviderUnavailable
from demo.portals.relying_party import Login, LoginRefused, RelyingParty, session_end
from demo.portals.sessions import Visit, VisitStore
from demo.portals.tokens import TokenRefused

REFRESH_EVERY = timedelta(minutes=1)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


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
        key = self.visit_key
        login = self.visits.claim_refresh(key, REFRESH_EVERY)
        if login is None:
            return
        try:
            renewed = self.party.refresh(login)
        except (LoginRefused, TokenRefused):
            self.visits.end_login(key)
        except ProviderUnavailable:
            # Unknown is not over: the end that the page shows still holds.
            return
        else:
            self.visits.renew(key, renewed, session_end(renewed) or self.visit().expires_at)

    def set_cookie(self, response: Response, key: str) -> None:
        """Hand out a visit's secret; Lax, since the broker sends people back from another site."""
        response.set_cookie(self.portal.id, key, httponly=True, samesite="Lax", path="/")

    def for_page(self) -> dict[str, object]:
        """What the templates show on every page (the header of a logged-in person among it)."""
        visit = self.visit()
        shared: dict[str, object] = {
            "portal": self.portal,
            "login": visit.login,
            "session_ended": visit.ended,
        }
        if visit.login:
            ends_at = visit.expires_at.astimezone(AMSTERDAM)
            shared["person_name"] = str(visit.login.claim("name") or "verzekerde")
            shared["ends_on"], shared["ends_at"] = ends_at.strftime("%d-%m-%Y"), ends_at.strftime("%H:%M")
        return shared
