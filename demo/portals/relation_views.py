"""`Zakelijke relaties`: find one among all that somebody may work for, and go on for that one."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from demo.portals.business_views import LONGEST_SEARCH
from demo.portals.context import PortalContext
from demo.portals.logins import Login
from demo.portals.policy import content_policy
from demo.portals.provider import ProviderUnavailable
from demo.portals.relation_search import Found, RelationSearch
from demo.portals.relations import Work, is_number, work_of
from demo.serving import refuse_foreign_posts

_NO_NUMBER = "Dat is geen nummer van een relatie. Zoek de relatie op en kies die uit de lijst."
_NOT_NOW = "Dat lukt nu even niet. Probeer het over een paar minuten opnieuw."
_LONGEST_CURSOR = 300


def create_relation_pages(context: PortalContext) -> Blueprint:
    """The list with its search, and the switch itself."""
    pages = Blueprint("relations", __name__)
    pages.before_request(refuse_foreign_posts)
    search = RelationSearch(context.party.provider)

    @pages.get("/relaties")
    def choose() -> Response | tuple[str, int]:
        context.keep_alive()
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        return _list(search, login, work_of(login))

    @pages.post("/relaties/kies")
    def switch() -> Response | tuple[str, int]:
        login = context.login()
        if login is None:
            return redirect(context.way_in, 303)
        number = request.form.get("naar", "")
        if not is_number(number):
            return _page(None, notice=_NO_NUMBER), 400
        if number == work_of(login).number:
            return redirect(context.own_home, 303)
        return _send_to_broker(context, login, number)

    return pages


def _list(search: RelationSearch, login: Login, work: Work) -> tuple[str, int]:
    words = request.args.get("zoek", "").strip()[:LONGEST_SEARCH]
    cursor = request.args.get("vanaf", "")[:_LONGEST_CURSOR]
    try:
        return _page(search.find(login, work, words, cursor), words), 200
    except ProviderUnavailable:
        return _page(None, words, _NOT_NOW), 503


def _page(found: Found | None, words: str = "", notice: str = "") -> str:
    return render_template("business/relations.html", found=found, words=words, notice=notice)


def _send_to_broker(context: PortalContext, login: Login, number: str) -> Response | tuple[str, int]:
    """A page that posts itself, since the request holds what should stand in no address."""
    try:
        form, attempt = context.party.switch(login, number)
    except ProviderUnavailable:
        return _page(None, notice=_NOT_NOW), 503
    context.visits.keep(context.visit_key, context.visit().with_attempt(attempt))
    response = make_response(render_template("business/switching.html", form=form))
    response.headers["Content-Security-Policy"] = content_policy(form_to=form.action, script=True)
    return response
