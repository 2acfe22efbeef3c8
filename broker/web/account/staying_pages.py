"""The end of a session, announced where somebody is (J39): looking changes nothing, a button moves it."""

from __future__ import annotations

from typing import Final

from flask import Blueprint, jsonify, redirect, request
from flask.typing import ResponseReturnValue

from broker.web.account.area import PATH, AccountArea, acting_visitor, looking_visitor, page_of
from broker.web.account.frame import can_stay, seconds_left
from broker.web.dutch_time import day_and_time

_JSON: Final = "application/json"


def add_staying_pages(blueprint: Blueprint, area: AccountArea) -> None:
    """``/<brand>/account/session`` for the script on every page, and ``…/session-ends`` for who runs none.

    Whoever has no session is told so like everywhere; the script looks at the status alone.
    """

    @blueprint.get(f"{PATH}/session")
    def session_state(brand: str) -> ResponseReturnValue:
        return _told(area, brand)

    @blueprint.post(f"{PATH}/session")
    def stay(brand: str) -> ResponseReturnValue:
        visitor = acting_visitor(area, brand)
        area.pages.sessions.touch(visitor.session, now=visitor.seen_at)
        if request.accept_mimetypes.best == _JSON:
            return _told(area, brand)
        return redirect(visitor.url("details"), 303)

    @blueprint.get(f"{PATH}/session-ends")
    def session_ends(brand: str) -> ResponseReturnValue:
        return page_of(looking_visitor(area, brand), "account/session_ends.html", "session_ends")


def _told(area: AccountArea, brand: str) -> ResponseReturnValue:
    visitor = looking_visitor(area, brand)
    ends_on, ends_at = day_and_time(visitor.session.expires_at)
    return jsonify(
        seconds_left=seconds_left(visitor.session, visitor.seen_at),
        can_stay=can_stay(visitor.session),
        ends_on=ends_on,
        ends_at=ends_at,
    )
