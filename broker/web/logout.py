"""Logging out at a portal's request or by hand (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from broker.oidc.clients import Client
from broker.oidc.discovery import Endpoints
from broker.oidc.end_session import AskFirst, EndSessionEndpoint, LogoutNow, RefusedHint
from broker.oidc.errors import ShownError
from broker.sessions.session import Session
from broker.web import cookies, csrf
from broker.web.dead_end import DeadEnd, WayOn
from broker.web.headers import allow_form_to
from broker.web.logged_out import Proof, Upstream, logged_out_page, upstream_of
from broker.web.login_pages import LoginPages
from broker.web.oidc_machine import pairs

_CONFIRMED_PATH = Endpoints.END_SESSION_PATH + "/confirmed"
# Cookies are never named here: clearing them would end logins at every brand (design decision).
_CLEAR_SITE_DATA = '"cache", "storage"'


@dataclass(frozen=True, slots=True)
class LogoutPages:
    """What logging out needs."""

    end_session: EndSessionEndpoint
    pages: LoginPages


class Held(NamedTuple):
    """A live session that this browser proves, with the cookie value that does so."""

    session: Session
    cookie: str


def logout_blueprint(logout: LogoutPages) -> Blueprint:
    """``/oauth2/logout`` by GET and POST, and the confirmation."""
    blueprint = Blueprint("logout", __name__)

    @blueprint.route(Endpoints.END_SESSION_PATH, methods=["GET", "POST"])
    def end_session() -> ResponseReturnValue:
        return _decide(logout)

    @blueprint.post(_CONFIRMED_PATH)
    def confirmed() -> ResponseReturnValue:
        return _confirm(logout)

    return blueprint


def _decide(logout: LogoutPages) -> ResponseReturnValue:
    in_url = request.method == "GET"
    sent = pairs((request.args if in_url else request.form).items(multi=True))
    try:
        decision = logout.end_session.decide(sent, in_url=in_url)
    except ShownError as error:
        raise DeadEnd("request-invalid", error.status) from error
    match decision:
        case RefusedHint():
            raise DeadEnd("logout-hint-invalid", 400)
        case LogoutNow():
            return _end_hinted(logout.pages, decision)
        case AskFirst() if in_url:
            return _ask(logout.pages, decision)
        case AskFirst():
            # A POST from a portal brings no cookie, so it cannot tell whether anybody is logged in.
            return redirect(f"{Endpoints.END_SESSION_PATH}?{urlencode(_fields(decision))}", 303)


def _confirm(logout: LogoutPages) -> ResponseReturnValue:
    """The person said yes on our own page."""
    pages = logout.pages
    sent = pairs(item for item in request.form.items(multi=True) if item[0] != csrf.FIELD)
    decision = logout.end_session.decide(sent, in_url=False)
    if not isinstance(decision, AskFirst):
        raise DeadEnd("request-invalid", 400)
    held = _held(pages, decision)
    if held:
        pages.answers.require_own_page(held[0].session.brand, _secret(held))
    for one in held:
        pages.answers.end_session(one.session, reason="person-logged-out")
    ended = tuple(one.session for one in held)
    response = make_response(_ended(pages, decision, ended) if held else _done(pages, decision.client))
    for one in held:
        cookies.forget_session(response, one.session.brand)
    return _cleared(response)


def _end_hinted(pages: LoginPages, decision: LogoutNow) -> ResponseReturnValue:
    """End the session that the hint names, whatever session this browser holds (it may be another one)."""
    brand = decision.client.brand
    cookie = cookies.session_value(request, brand) or ""
    proof = _proof(pages, decision, cookie)
    session = pages.sessions.find_by_sid(brand, decision.sid, now=pages.clock())
    if session is not None:
        pages.answers.end_session(session, reason="portal-logged-out")
    to = AskFirst(decision.client, decision.redirect_to, decision.state)
    response = make_response(_ended(pages, to, (session,) if session is not None else (), proof))
    if cookie.partition(".")[0] == decision.sid:
        cookies.forget_session(response, brand)
    return _cleared(response)


def _proof(pages: LoginPages, decision: LogoutNow, cookie: str) -> Proof:
    """Whether the session that the hint names is this browser's, asked before it ends."""
    if not cookie and request.method == "POST":
        return Proof.OUTSTANDING
    found = pages.sessions.find(decision.client.brand, cookie, now=pages.clock())
    return Proof.GIVEN if found is not None and found.sid == decision.sid else Proof.MISSING


def _ask(pages: LoginPages, decision: AskFirst) -> ResponseReturnValue:
    held = _held(pages, decision)
    if not held:
        return _done(pages, decision.client)
    if decision.redirect_to is not None:
        allow_form_to(decision.redirect_to)
    portal = pages.portals.get(held[0].session.portal)
    return render_template(
        "logout/confirm.html",
        brand=portal.brand if portal and len(held) == 1 else None,
        action=url_for("logout.confirmed"),
        csrf_token=csrf.token_for(_secret(held)),
        fields=_fields(decision),
        way_on=WayOn(gettext("Ingelogd blijven"), portal.url) if portal else None,
    )


def _fields(decision: AskFirst) -> dict[str, str]:
    """What of the portal's request was found good, as parameters."""
    found = {
        "client_id": decision.client.client_id if decision.client else None,
        "post_logout_redirect_uri": decision.redirect_to,
        "state": decision.state,
    }
    return {name: value for name, value in found.items() if value is not None}


def _held(pages: LoginPages, decision: AskFirst) -> tuple[Held, ...]:
    """The live sessions of this browser: at the client's brand, or at every brand when none is named."""
    brands = [decision.client.brand] if decision.client else pages.portals.brands()
    found = []
    for brand in brands:
        cookie = cookies.session_value(request, brand)
        session = pages.sessions.find(brand, cookie, now=pages.clock())
        if session is not None and cookie is not None:
            found.append(Held(session, cookie))
    return tuple(found)


def _secret(held: tuple[Held, ...]) -> str:
    return "\n".join(one.cookie for one in held)


def _ended(
    pages: LoginPages, decision: AskFirst, ended: tuple[Session, ...], proof: Proof = Proof.GIVEN
) -> ResponseReturnValue:
    """Back to the portal that asked, unless the provider keeps a login that only the person can end there."""
    told, back = upstream_of(pages, ended, proof), None
    if decision.redirect_to is not None:
        back = _way_back(decision.redirect_to, decision.state)
        if not any(one.action for one in told):
            return redirect(back, 303)
    return _done(pages, decision.client, back, told=told, ended=ended)


def _done(
    pages: LoginPages,
    client: Client | None,
    back: str | None = None,
    *,
    told: tuple[Upstream, ...] = (),
    ended: tuple[Session, ...] = (),
) -> str:
    """No portal may have asked for this: then the one where the person was is the way on, if it was one."""
    portal = pages.portals.of_client(client.client_id) if client else None
    if portal is None and len(ended) == 1:
        portal = pages.portals.get(ended[0].portal)
    if portal is None:
        way_on = WayOn(gettext("Naar de beginpagina"), url_for("home.home"))
    else:
        way_on = WayOn(gettext("Terug naar %(portal)s", portal=portal.name), back or portal.url)
    return logged_out_page(portal.brand if portal else None, told, way_on=way_on, anything_ended=bool(ended))


def _way_back(redirect_to: str, state: str | None) -> str:
    glue = "&" if "?" in redirect_to else "?"
    return redirect_to + (glue + urlencode({"state": state}) if state is not None else "")


def _cleared(response: Response) -> Response:
    response.headers["Clear-Site-Data"] = _CLEAR_SITE_DATA
    return response
