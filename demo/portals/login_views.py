"""The pages that log in and out: to the broker, back from it, and away."""

from __future__ import annotations

import logging
import re
import secrets
from dataclasses import replace
from datetime import timedelta

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo.portals.context import PortalContext
from demo.portals.logins import Login, LoginAttempt, session_end
from demo.portals.policy import content_policy
from demo.portals.provider import ProviderUnavailable
from demo.portals.refusals import (
    NOT_BELIEVED,
    STALE,
    TURNED_BACK,
    UNAVAILABLE,
    Refusal,
    refusal_for,
    refusal_of_switch,
)
from demo.portals.relations import work_of
from demo.portals.relying_party import LoginRefused
from demo.portals.sessions import VISIT_LIFETIME, Visit
from demo.portals.tokens import TokenRefused

# For a role that counts only after a code of an authenticator app.
STRONGEST = "urn:voordeur:loa:password-totp"
SESSION_WITHOUT_CLAIM = timedelta(minutes=15)
_log = logging.getLogger("demo.portals")


def create_login_pages(context: PortalContext) -> Blueprint:
    """The routes ``/login``, ``/callback`` and ``/logout``."""
    pages = Blueprint("login", __name__)

    @pages.get("/login")
    def begin() -> Response | tuple[str, int]:
        try:
            url, attempt = context.party.begin(STRONGEST if "extra" in request.args else "")
        except ProviderUnavailable as fault:
            return _refuse(UNAVAILABLE, str(fault), "provider-unavailable")
        key = context.visits.keep(context.visit_key, context.visit().with_attempt(attempt))
        response = redirect(url, 302)
        context.set_cookie(response, key)
        return response

    @pages.get("/callback")
    def callback() -> Response | tuple[str, int]:
        return _complete(context)

    @pages.get("/logout")
    def logout() -> Response | str:
        # A link on another site must not log anybody out (the browser says where a request began).
        if request.headers.get("Sec-Fetch-Site") in {"cross-site", "same-site"}:
            return render_template("logout.html")
        return _log_out(context)

    return pages


def _complete(context: PortalContext) -> Response | tuple[str, int]:
    """Judge the broker's answer and open the person's file, or say what went wrong."""
    attempt = context.visits.take_attempt(context.visit_key, request.args.get("state", ""))
    if attempt is None:
        return _refuse(STALE, "no attempt with this state", "unknown-state")
    try:
        login = context.party.complete(request.args, attempt)
    except LoginRefused as refusal:
        return _not_logged_in(refusal.code, attempt)
    except TokenRefused as refusal:
        return _refuse(NOT_BELIEVED, refusal.code, refusal.code)
    except ProviderUnavailable as fault:
        return _refuse(UNAVAILABLE, str(fault), "provider-unavailable")
    if attempt.relation and not _is_switch_of(context.login(), login, attempt.relation):
        return _refuse(NOT_BELIEVED, "an answer for another relation or login", "wrong-relation-in-answer")
    expires_at = session_end(login) or context.now() + SESSION_WITHOUT_CLAIM
    key = context.visits.begin_session(context.visit_key, login, expires_at)
    response = redirect(context.own_home, 303)
    context.set_cookie(response, key)
    return response


def _not_logged_in(code: str, attempt: LoginAttempt) -> Response | tuple[str, int]:
    """Who turned back has not met a fault, and stands where they began."""
    if attempt.relation:
        return _refuse(refusal_of_switch(code), code, code)
    if code == TURNED_BACK:
        return redirect(url_for("content.home", inloggen="afgebroken"), 303)
    return _refuse(refusal_for(code), code, code)


def _is_switch_of(earlier: Login | None, login: Login, relation: str) -> bool:
    """Whether the new tokens are for the collectivity that was asked, and of the same person."""
    same = earlier is None or earlier.subject == login.subject
    return same and work_of(login).number == relation


def _log_out(context: PortalContext) -> Response:
    """End the session here first, then let the browser post the hint to the broker, which sends it back."""
    login = context.login()
    context.visits.forget(context.visit_key)
    if login is None:
        return redirect(url_for("content.home"), 303)
    state = secrets.token_urlsafe(16)
    try:
        form = context.party.logout_form(login, state)
    except ProviderUnavailable:
        form = None
    if form is None:
        response = redirect(url_for("content.home", state=state), 303)
    else:
        response = make_response(render_template("logging_out.html", form=form))
        response.headers["Content-Security-Policy"] = content_policy(form_to=form.action, script=True)
    visit = Visit(context.now() + VISIT_LIFETIME, logout_state=state)
    context.set_cookie(response, context.visits.keep("", visit))
    return response


def logout_completed(context: PortalContext) -> bool:
    """Whether this request is the broker's return after logging out; true once only."""
    state, visit = request.args.get("state", ""), context.visit()
    if not visit.logout_state or not secrets.compare_digest(state.encode(), visit.logout_state.encode()):
        return False
    context.visits.keep(context.visit_key, replace(visit, logout_state=""))
    return True


def _refuse(refusal: Refusal, detail: str, code: str) -> tuple[str, int]:
    """The page for a refusal; the log and the page get the code only in a form that cannot mislead."""
    code = code if re.fullmatch(r"[a-z_-]{1,40}", code) else "unknown-error"
    _log.warning("login refused: %s (%r)", code, detail[:200])
    return render_template("refused.html", refusal=refusal, code=code), refusal.status
