"""The pages on which a person logs in: choosing a way, going there, turning back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broker.domain.assurance import Scheme
from broker.domain.clock import Clock
from broker.domain.outages import Outage
from broker.login.guarded_provider import Closed
from broker.login.progress import Refuse
from broker.login.service import LoginService
from broker.login.transaction import LoginTransaction
from broker.oidc.authorization_request import AuthorizationRequest
from broker.providers.base import PostForm, RedirectTo, Send
from broker.sessions.store import SessionStore
from broker.web import cookies, csrf
from broker.web.dead_end import DeadEnd
from broker.web.headers import allow_form_to
from broker.web.language import prefer_ui_locales
from broker.web.portal_answers import PortalAnswers
from broker.web.portals import BrandView, Portals, PortalView


@dataclass(frozen=True, slots=True)
class OptionView:
    """One way of logging in on the page: which provider, where its button leads, and whether it works."""

    provider: str
    action: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class LoginPages:
    """What the login pages need."""

    login: LoginService
    sessions: SessionStore
    portals: Portals
    answers: PortalAnswers
    provider_urls: dict[tuple[str, Scheme], str]
    base_url: str
    clock: Clock


def login_blueprint(pages: LoginPages) -> Blueprint:
    """``/<brand>/login/<attempt>``: every page of one attempt."""
    blueprint = Blueprint("login", __name__)

    @blueprint.get("/<brand>/login/<attempt>")
    def choose(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        return _choose_page(pages, transaction, portal, secret)

    @blueprint.post("/<brand>/login/<attempt>/<any(digid):provider>")
    def go(brand: str, attempt: str, provider: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        pages.answers.require_own_page(transaction.brand, secret)
        send = pages.login.send_upstream(transaction, Scheme(provider), portal.client_id)
        if isinstance(send, Refuse):
            raise DeadEnd("login-refused", 400, portal=portal)
        if isinstance(send, Closed):
            # The page itself says why, and when it will work again.
            return redirect(url_for("login.choose", brand=brand, attempt=attempt), 303)
        if transaction.notice is not None or transaction.evidence is not None:
            pages.login.transactions.start_over(transaction)
        return _send(send, portal)

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


def begin_attempt(transaction: LoginTransaction, secret: str, now: datetime) -> ResponseReturnValue:
    """Send the browser to the first page of a new attempt, with its cookie."""
    response = make_response(
        redirect(url_for("login.choose", brand=transaction.brand, attempt=transaction.id), 303)
    )
    cookies.set_attempt(response, request, transaction.id, secret, now)
    return response


def find_attempt(pages: LoginPages, brand: str, attempt: str) -> tuple[LoginTransaction, PortalView, str]:
    """The live attempt of this browser with its portal and secret; `DeadEnd` says why there is none."""
    view = pages.portals.brand(brand)
    if view is None:
        raise DeadEnd("not-found", 404)
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
    only = portals[0] if len(portals) == 1 else None
    session = pages.sessions.find(brand.id, cookies.session_value(request, brand.id), now=pages.clock())
    if session is not None:
        return DeadEnd(
            "already-logged-in", 409, brand=brand, portal=pages.portals.get(session.portal) or only
        )
    code = "transaction-unknown" if cookies.has_any(request) else "cookies-off"
    return DeadEnd(code, 400, brand=brand, portal=only)


def _choose_page(pages: LoginPages, transaction: LoginTransaction, portal: PortalView, secret: str) -> str:
    brand, attempt = transaction.brand, transaction.id
    schemes = [needed.scheme for needed in transaction.wish.required]
    closed = {scheme: pages.login.closed(brand, scheme) for scheme in schemes}
    allow_form_to(
        *portal.redirect_uris,
        *(url for scheme in schemes if (url := pages.provider_urls.get((brand, scheme)))),
    )
    return render_template(
        "login/choose.html",
        brand=portal.brand,
        portal=portal,
        options=[
            OptionView(
                scheme.value,
                url_for("login.go", brand=brand, attempt=attempt, provider=scheme.value),
                closed=closed[scheme] is not None,
            )
            for scheme in schemes
        ],
        csrf_token=csrf.token_for(secret),
        transaction_id=attempt,
        notice=transaction.notice or _notice_of(closed),
        support_code=transaction.support_code,
        outages=_outages(closed),
        cancel_action=url_for("login.cancel", brand=brand, attempt=attempt),
    )


def _notice_of(closed: Mapping[Scheme, Closed | None]) -> str | None:
    """The notice that a way is closed because it failed; an announced outage has words of its own."""
    failing = [scheme for scheme, why in closed.items() if why is not None and why.outage is None]
    return f"{failing[0].value}-unavailable" if failing else None


def _outages(closed: Mapping[Scheme, Closed | None]) -> list[Outage]:
    return [why.outage for why in closed.values() if why is not None and why.outage is not None]


def _send(send: Send, portal: PortalView) -> ResponseReturnValue:
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
                provider_name="DigiD",
            )
