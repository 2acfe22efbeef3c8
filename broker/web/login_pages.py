"""The pages on which a person logs in: choosing a way, going there, turning back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue

from broker.domain.assurance import Scheme
from broker.domain.clock import Clock
from broker.login.guarded_provider import Closed
from broker.login.progress import Refuse
from broker.login.service import LoginService
from broker.login.transaction import LoginTransaction
from broker.login.upstream_logouts import UpstreamLogouts
from broker.oidc.authorization_request import AuthorizationRequest
from broker.providers.base import PostForm, RedirectTo, Send
from broker.sessions.store import SessionStore
from broker.web import cookies
from broker.web.attempt_addresses import choice_address
from broker.web.choice_page import choice_page
from broker.web.dead_end import DeadEnd, known_brand
from broker.web.headers import allow_form_to
from broker.web.language import prefer_ui_locales
from broker.web.portal_answers import PortalAnswers
from broker.web.portals import BrandView, Portals, PortalView
from broker.web.ways_in import JOURNEYS, WAYS_IN


@dataclass(frozen=True, slots=True)
class LoginPages:
    """What the login pages need."""

    login: LoginService
    logouts: UpstreamLogouts
    sessions: SessionStore
    portals: Portals
    answers: PortalAnswers
    provider_url: Callable[[str, Scheme], str | None]
    base_url: str
    clock: Clock


def login_blueprint(pages: LoginPages) -> Blueprint:
    """``/<brand>/login/<attempt>``: every page of one attempt."""
    blueprint = Blueprint("login", __name__)

    @blueprint.get("/<brand>/login/<attempt>")
    def choose(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        return choice_page(pages.login, pages.provider_url, transaction, portal, secret)

    @blueprint.post(f"/<brand>/login/<attempt>/<any({JOURNEYS}):provider>")
    def go(brand: str, attempt: str, provider: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        pages.answers.require_own_page(transaction.brand, secret)
        return _go(pages, transaction, portal, Scheme(provider))

    @blueprint.post("/<brand>/login/<attempt>/cancel")
    def cancel(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        pages.answers.require_own_page(transaction.brand, secret)
        if not pages.login.transactions.finish(transaction):
            raise DeadEnd("transaction-unknown", 400, portal=portal)
        response = make_response(pages.answers.denied(transaction, portal))
        cookies.forget_attempt(response, transaction.id)
        return response

    return blueprint


def begin_attempt(
    transaction: LoginTransaction, secret: str, now: datetime, first_page: str | None = None
) -> ResponseReturnValue:
    """Send the browser to the first page of a new attempt (None: the choice), with its cookie."""
    choice = choice_address(transaction.brand, transaction.id)
    response = make_response(redirect(first_page or choice, 303))
    cookies.set_attempt(response, request, transaction.id, secret, now)
    return response


def find_attempt(pages: LoginPages, brand: str, attempt: str) -> tuple[LoginTransaction, PortalView, str]:
    """The live attempt of this browser with its portal and secret; `DeadEnd` says why there is none."""
    view = known_brand(pages.portals, brand)
    secret = cookies.attempt_secret(request, attempt)
    transaction = pages.login.transactions.find(brand, attempt, secret)
    portal = pages.portals.get(transaction.portal) if transaction else None
    if transaction is None or portal is None or secret is None:
        raise _nothing_here(pages, view)
    prefer_ui_locales(" ".join(AuthorizationRequest.from_bytes(transaction.answer_to).ui_locales))
    return transaction, portal, secret


def _nothing_here(pages: LoginPages, brand: BrandView) -> DeadEnd:
    """Why there is no attempt: over already, too old, another browser, or a browser without cookies."""
    portals = pages.portals.of_brand(brand.id)
    session = pages.sessions.find(brand.id, cookies.session_value(request, brand.id), now=pages.clock())
    if session is not None:
        there = pages.portals.get(session.portal)
        return DeadEnd(
            "already-logged-in", 409, brand=there.brand if there else brand, portal=there, portals=portals
        )
    return DeadEnd(_why_unknown(), 400, brand=brand, portals=portals)


def _why_unknown() -> str:
    """Whoever sends a form was given a cookie just before; an address alone may be an old bookmark."""
    if cookies.has_any(request):
        return "transaction-unknown"
    return "cookies-off" if request.method == "POST" else "no-cookies"


def _go(
    pages: LoginPages, transaction: LoginTransaction, portal: PortalView, scheme: Scheme
) -> ResponseReturnValue:
    """To the provider, with a request of its own; what waited in this attempt before is forgotten."""
    send = pages.login.send_upstream(transaction, scheme, portal.client_id)
    if isinstance(send, Refuse):
        raise DeadEnd("login-refused", 400, portal=portal)
    if isinstance(send, Closed):
        # The page itself says why, and when it will work again; it offers a way that is being tried.
        if send.outage is None:
            pages.login.transactions.leave_notice(transaction, f"{scheme.value}-unavailable")
        return redirect(choice_address(transaction.brand, transaction.id), 303)
    if transaction.notice is not None or transaction.evidence is not None:
        pages.login.transactions.start_over(transaction)
    return _send(send, portal, WAYS_IN[scheme].label)


def _send(send: Send, portal: PortalView, provider_name: str) -> ResponseReturnValue:
    match send:
        case RedirectTo(url):
            # 303: the browser must follow with a GET and drop the form (RFC 9700 4.12).
            return redirect(url, 303)
        case PostForm(action, fields):
            allow_form_to(action)
            return render_template(
                "login/post_to_provider.html",
                brand=portal.brand,
                portal=portal,
                action=action,
                fields=dict(fields),
                provider_name=provider_name,
            )
