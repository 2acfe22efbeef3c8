"""Where somebody is logged in: every running session of the account, with the means to end them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.domain.network_block import NOWHERE
from broker.sessions.session import Session
from broker.web import cookies
from broker.web.account.area import PATH, AccountArea, Visitor, acting_visitor, back, page_of, visitor_of
from broker.web.account.notes import SESSION_ENDED
from broker.web.dead_end import WayOn
from broker.web.device_words import device_words
from broker.web.dutch_time import day_and_time
from broker.web.logged_out import logged_out_page, upstream_of

_BY_OWNER = "ended-by-owner"
_CLEAR_SITE_DATA = '"cache", "storage"'


@dataclass(frozen=True, slots=True)
class SessionView:
    """One session on the page. Moments are a day and a time; `network` is empty when it is not known."""

    id: str
    device: str
    network: str
    portals: tuple[str, ...]
    started: tuple[str, str]
    active: tuple[str, str]
    is_this_one: bool


def add_session_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/sessions``."""

    @blueprint.get(f"{PATH}/sessions")
    def sessions(brand: str) -> ResponseReturnValue:
        visitor = visitor_of(area, brand)
        return page_of(
            visitor,
            "account/sessions.html",
            "sessions",
            sessions=session_views(area, visitor),
            note=area.memory.noted(visitor.session.sid, "sessions"),
            end_action=visitor.url("end_session"),
            end_all_action=visitor.url("end_all_sessions"),
        )

    @blueprint.post(f"{PATH}/sessions/end")
    def end_session(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        chosen = request.form.get("session", "")
        found = next((one for one in _running(area, visitor) if one.sid == chosen), None)
        if found is not None and found.sid == visitor.session.sid:
            return _leave(area, visitor, (found,))
        if found is not None:
            area.pages.answers.end_session(found, reason=_BY_OWNER)
        return back(area, visitor, "sessions", SESSION_ENDED)

    @blueprint.post(f"{PATH}/sessions/end-all")
    def end_all_sessions(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        return _leave(area, visitor, _running(area, visitor))


def end_others(area: AccountArea, visitor: Visitor, reason: str) -> int:
    """End every session of the account but this one; answers how many."""
    return area.pages.answers.ends.end_all(visitor.account, reason=reason, but=visitor.session.sid)


def leave_page(area: AccountArea, visitor: Visitor) -> ResponseReturnValue:
    """Logged out here: the page that says so, with nothing of the session left in the browser."""
    way_on = WayOn(gettext("Terug naar %(portal)s", portal=visitor.portal.name), visitor.portal.url)
    told = upstream_of(area.pages, (visitor.session,))
    response = make_response(logged_out_page(visitor.brand, told, way_on=way_on, anything_ended=True))
    cookies.forget_session(response, visitor.brand.id)
    response.headers["Clear-Site-Data"] = _CLEAR_SITE_DATA
    return response


def session_views(area: AccountArea, visitor: Visitor) -> list[SessionView]:
    """This session first, then the one that was active last."""
    running = sorted(_running(area, visitor), key=lambda one: one.last_active_at, reverse=True)
    running.sort(key=lambda one: one.sid != visitor.session.sid)
    return [_view(area, one, visitor) for one in running]


def _leave(area: AccountArea, visitor: Visitor, ended: tuple[Session, ...]) -> ResponseReturnValue:
    for one in ended:
        area.pages.answers.end_session(one, reason=_BY_OWNER)
    return leave_page(area, visitor)


def _running(area: AccountArea, visitor: Visitor) -> tuple[Session, ...]:
    now = area.pages.clock()
    return area.pages.sessions.of_account(visitor.brand.id, visitor.account.id, now=now)


def _view(area: AccountArea, session: Session, visitor: Visitor) -> SessionView:
    clients = {known.client_id for known in session.portals}
    named = [
        portal.name
        for portal in area.pages.portals.around(visitor.brand.id)
        if portal.id == session.portal or portal.client_id in clients
    ]
    block = session.device.network_block
    return SessionView(
        id=session.sid,
        device=device_words(session.device.label),
        network="" if block == NOWHERE else block,
        portals=tuple(named),
        started=day_and_time(session.started_at),
        active=day_and_time(session.last_active_at),
        is_this_one=session.sid == visitor.session.sid,
    )
