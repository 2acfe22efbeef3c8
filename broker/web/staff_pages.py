"""``/<brand>/staff``, where the insurer's own people log in: an attempt like any other, but for its ends.

Nobody sent them, so it begins here, by a button; and no portal gets a code in the end: they go to their
account at the broker.
"""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broker.domain.accounts import AccountType
from broker.domain.events import LoginStarted, Result
from broker.login.received import Visit
from broker.login.transaction import Wish
from broker.oidc.authorization_request import AuthorizationRequest
from broker.oidc.claims import RequestedClaims
from broker.oidc.vocabulary import ResponseMode
from broker.web import cookies, csrf
from broker.web.dead_end import DeadEnd
from broker.web.login_pages import LoginPages, begin_attempt
from broker.web.portals import PortalView


def staff_blueprint(pages: LoginPages) -> Blueprint:
    """The entrance of a brand that has staff."""
    blueprint = Blueprint("staff", __name__)

    @blueprint.get("/<brand>/staff")
    def entrance(brand: str) -> ResponseReturnValue:
        here = _entrance(pages, brand)
        return render_template(
            "staff/entrance.html",
            brand=here.brand,
            portal=here,
            action=url_for("staff.begin", brand=brand),
            csrf_token=csrf.token_for(_form_secret(brand)),
            inside=url_for("account.details", brand=brand) if _is_inside(pages, brand) else None,
        )

    @blueprint.post("/<brand>/staff")
    def begin(brand: str) -> ResponseReturnValue:
        here = _entrance(pages, brand)
        pages.answers.require_own_page(brand, _form_secret(brand))
        return _begin(pages, here)

    return blueprint


def _entrance(pages: LoginPages, brand: str) -> PortalView:
    found = pages.portals.entrance(brand)
    if found is None:
        raise DeadEnd("not-found", 404)
    return found


def _is_inside(pages: LoginPages, brand: str) -> bool:
    """Whether this browser has a session of one of the staff already."""
    session = pages.sessions.find(brand, cookies.session_value(request, brand), now=pages.clock())
    return session is not None and session.account_type is AccountType.STAFF


def _begin(pages: LoginPages, here: PortalView) -> ResponseReturnValue:
    """A new login, whoever this browser was before: a running session is replaced when it succeeds."""
    wish = Wish(
        required=here.minimum, account_type=here.account_type, fresh=True, second_factors=here.second_factors
    )
    visit = Visit(here.brand.id, here.id, here.client_id, wish, _own_request(here).to_bytes())
    decision = pages.login.arrive(visit, None)
    started = LoginStarted(brand=here.brand.id, result=Result.SUCCESS, client_id=here.client_id)
    pages.answers.auditor.record(started)
    begun = pages.login.begin(visit, decision, None)
    return begin_attempt(begun.transaction, begun.browser_secret, pages.clock())


def _own_request(here: PortalView) -> AuthorizationRequest:
    """What a portal would have asked. It names no registered client, so that no code can come of it."""
    return AuthorizationRequest(
        client_id=here.client_id,
        redirect_uri=here.redirect_uris[0],
        response_mode=ResponseMode.QUERY,
        scope=(),
        code_challenge="",
        state=None,
        nonce=None,
        prompt=frozenset(),
        max_age_seconds=None,
        acr_values=(),
        essential_acr=(),
        requested_claims=RequestedClaims(frozenset(), frozenset()),
        required_subject=None,
        id_token_hint=None,
        login_hint=None,
        ui_locales=(),
    )


def _form_secret(brand: str) -> str:
    """What the token of the button is made of: there is no cookie yet, and a login begun is no secret."""
    return f"staff {brand}"
