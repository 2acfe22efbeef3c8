"""The end of a session: how long it still lasts, the way to stay, and the page that says it is over."""

from __future__ import annotations

import re
from dataclasses import asdict

from flask import Blueprint, Response, jsonify, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from demo.portals.context import PortalContext
from demo.portals.relations import work_of
from demo.serving import refuse_foreign_posts

# One of our own pages: a path without host, query or anything that a browser could read as one.
_OWN_PATH = re.compile(r"/(?:[a-z0-9-]+/?)*")


def create_session_pages(context: PortalContext) -> Blueprint:
    """Looking at the end is no activity; only ``/blijf-ingelogd`` is."""
    pages = Blueprint("session", __name__)
    pages.before_request(refuse_foreign_posts)
    _add_looking(pages, context)

    @pages.post("/blijf-ingelogd")
    def stay() -> AnyResponse | tuple[AnyResponse | str, int]:
        heard = context.stay()
        if request.accept_mimetypes.best == "application/json":
            return _state(context) if heard else (jsonify(error={"code": "try-again"}), 503)
        if context.login() is None:
            return redirect(context.way_in, 303)
        if not heard:
            return render_template("session_ending.html", back=_back(context), failed=True), 503
        return redirect(_back(context), 303)

    return pages


def _add_looking(pages: Blueprint, context: PortalContext) -> None:
    @pages.get("/sessie")
    def state() -> Response | tuple[Response, int]:
        return _state(context)

    @pages.get("/sessie-verloopt")
    def ending() -> AnyResponse | str:
        if context.login() is None:
            return redirect(context.way_in, 303)
        return render_template("session_ending.html", back=_back(context), failed=False)

    @pages.get("/sessie-beeindigd")
    def ended() -> AnyResponse | str:
        if context.login() is not None:
            return redirect(context.own_home, 303)
        return render_template("session_ended.html")


def _state(context: PortalContext) -> Response | tuple[Response, int]:
    """What the page's script asks for."""
    visit = context.visit()
    if visit.login is None:
        return jsonify(error={"code": "not-logged-in"}), 401
    work = work_of(visit.login)
    # A tab that shows another relation tells its reader so.
    told = {"relation": work.number, "relation_name": work.relation.name} if work.relation else {}
    return jsonify(asdict(context.clock_of(visit)) | told)


def _back(context: PortalContext) -> str:
    """The page the person came from, when it is one of ours."""
    asked = request.values.get("terug", "")
    return asked if _OWN_PATH.fullmatch(asked) else context.own_home
