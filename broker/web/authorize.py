"""The authorization endpoint as pages: a portal's request comes in, a login or an answer comes out."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from broker.domain.events import AuthorizationRefused, LoginStarted, Result
from broker.login.progress import AskCollectivity, AskSecondFactor, EarlierLogin, Grant, Refuse
from broker.login.received import Settled, Visit
from broker.login.transaction import LoginTransaction
from broker.oidc import responses
from broker.oidc.authorization_request import AuthorizationRequest, validate_authorization_request
from broker.oidc.clients import Client, ClientRegistry
from broker.oidc.discovery import Endpoints
from broker.oidc.errors import OAuthCode, RedirectedError, ShownError
from broker.oidc.grants import GrantStore
from broker.oidc.id_token_hint import Expected, HintReader
from broker.sessions.session import Session
from broker.storage.records import RecordKey, RecordKind, RecordStore
from broker.web import cookies
from broker.web.attempt_addresses import collectivity_address, second_factor_address
from broker.web.dead_end import DeadEnd
from broker.web.grant_facts import send
from broker.web.language import prefer_ui_locales
from broker.web.login_pages import LoginPages, begin_attempt
from broker.web.oidc_machine import pairs
from broker.web.portal_answers import Question
from broker.web.portals import PortalView
from broker.web.refusals import refused_at
from broker.web.wishes import wish_of

_PARKED_FOR = timedelta(seconds=60)
_HANDLE_BYTES = 32
_NO_ROLE = "the person has no role for this at this portal"
# What a portal hears that forbids pages. Of a collectivity out of reach it does not hear whether it exists.
_TOLD_SILENTLY: Final = {
    "no-role": (OAuthCode.ACCESS_DENIED, _NO_ROLE),
    "no-role-within-mandate": (OAuthCode.ACCESS_DENIED, _NO_ROLE),
    "collectivity-not-reachable": (OAuthCode.ACCESS_DENIED, _NO_ROLE),
    "choice-required": (OAuthCode.INTERACTION_REQUIRED, "the person has to choose a collectivity"),
}
_CONTINUE_PATH = Endpoints.AUTHORIZATION_PATH + "/continue"


@dataclass(frozen=True, slots=True)
class AuthorizePages:
    """What the authorization endpoint needs."""

    issuer: str
    clients: ClientRegistry
    hints: HintReader
    grants: GrantStore
    records: RecordStore
    pages: LoginPages


def authorize_blueprint(endpoint: AuthorizePages) -> Blueprint:
    """``/oauth2/authorize`` by GET and POST (OpenID Connect Core 3.1.2.1)."""
    blueprint = Blueprint("authorize", __name__)

    @blueprint.get(Endpoints.AUTHORIZATION_PATH)
    def by_get() -> ResponseReturnValue:
        return _judge(endpoint, pairs(request.args.items(multi=True)), park=False)

    @blueprint.post(Endpoints.AUTHORIZATION_PATH)
    def by_post() -> ResponseReturnValue:
        # A cross-site POST brings no cookie of ours; what it asked is parked, and judged when the
        # browser comes back by itself.
        return _judge(endpoint, pairs(request.form.items(multi=True)), park=True)

    @blueprint.get(_CONTINUE_PATH)
    def after_post() -> ResponseReturnValue:
        parked = endpoint.records.take(_parked_key(request.args.get("handle", "")))
        if parked is None:
            raise DeadEnd("request-invalid", 400)
        asked = AuthorizationRequest.from_bytes(parked)
        _require_registration(endpoint, asked)
        return _answer(endpoint, asked, in_url=False)

    return blueprint


def _judge(endpoint: AuthorizePages, sent: Sequence[tuple[str, str]], *, park: bool) -> ResponseReturnValue:
    try:
        asked = validate_authorization_request(sent, endpoint.clients)
    except ShownError as error:
        _note_refusal(endpoint, _known_client(endpoint, sent), error.code)
        raise DeadEnd("request-invalid", error.status) from error
    except RedirectedError as error:
        return _tell_portal(endpoint, error, dict(sent).get("client_id"))
    if not park:
        return _answer(endpoint, asked, in_url=True)
    handle = secrets.token_urlsafe(_HANDLE_BYTES)
    until = endpoint.pages.clock() + _PARKED_FOR
    endpoint.records.put(_parked_key(handle), asked.to_bytes(), expires_at=until)
    return redirect(url_for("authorize.after_post", handle=handle), 303)


def _require_registration(endpoint: AuthorizePages, asked: AuthorizationRequest) -> None:
    """The configuration may have changed since the request was judged and parked."""
    client = endpoint.clients.find(asked.client_id)
    if client is None or asked.redirect_uri not in client.redirect_uris:
        _note_refusal(endpoint, client, OAuthCode.INVALID_REQUEST.value)
        raise DeadEnd("request-invalid", 400)


def _answer(endpoint: AuthorizePages, asked: AuthorizationRequest, *, in_url: bool) -> ResponseReturnValue:
    """Answer at once when that is possible, else begin a login."""
    prefer_ui_locales(" ".join(asked.ui_locales))
    try:
        expected = endpoint.hints.expected(asked, in_url=in_url)
    except RedirectedError as error:
        return _tell_portal(endpoint, error, asked.client_id)
    return _settle(endpoint, asked, expected)


def _settle(endpoint: AuthorizePages, asked: AuthorizationRequest, expected: Expected) -> ResponseReturnValue:
    pages = endpoint.pages
    portal = pages.portals.of_client(asked.client_id)
    wish = wish_of(endpoint.grants, asked, portal, expected)
    if not wish.required:
        description = "no allowed way of logging in reaches the acr that was asked"
        return pages.answers.refused(asked, OAuthCode.UNMET_AUTHENTICATION_REQUIREMENTS, description, portal)
    now = pages.clock()
    session = pages.sessions.find(portal.brand.id, cookies.session_value(request, portal.brand.id), now=now)
    if session is not None and not session.within(portal.limits).is_live(now):
        session = None
    if session is not None and not pages.answers.is_of(session, asked.client_id, expected.subject):
        session = None
    visit = Visit(portal.brand.id, portal.id, portal.client_id, wish, asked.to_bytes())
    earlier = _earlier(session)
    decision = pages.login.arrive(visit, earlier)
    if isinstance(decision, Grant) and session is not None:
        return pages.answers.granted_by_session(Question(asked, expected), decision, session, portal)
    if isinstance(decision, Refuse):
        return _refuse(endpoint, asked, decision, portal)
    pages.answers.auditor.record(
        LoginStarted(brand=portal.brand.id, result=Result.SUCCESS, client_id=portal.client_id)
    )
    begun = pages.login.begin(visit, decision, earlier)
    return begin_attempt(
        begun.transaction, begun.browser_secret, now, _first_page(begun.transaction, decision)
    )


def _first_page(transaction: LoginTransaction, decision: Settled) -> str | None:
    """Where a login begins that a running session has begun already; None for one from the start."""
    own = (transaction.brand, transaction.id)
    if isinstance(decision, AskSecondFactor):
        return second_factor_address(*own)
    return collectivity_address(*own) if isinstance(decision, AskCollectivity) else None


def _refuse(
    endpoint: AuthorizePages, asked: AuthorizationRequest, decision: Refuse, portal: PortalView
) -> ResponseReturnValue:
    if asked.silent and decision.reason in _TOLD_SILENTLY:
        error, description = _TOLD_SILENTLY[decision.reason]
        return endpoint.pages.answers.refused(asked, error, description, portal)
    if decision.reason == "login-required" or asked.silent:
        description = "nobody is logged in who fits this request, and no page may be shown"
        return endpoint.pages.answers.refused(asked, OAuthCode.LOGIN_REQUIRED, description, portal)
    endpoint.pages.answers.note_refusal(portal, decision.reason)
    raise refused_at(endpoint.pages.portals, portal, decision.reason)


def _earlier(session: Session | None) -> EarlierLogin | None:
    if session is None:
        return None
    return EarlierLogin(
        sid=session.sid,
        account_id=session.account_id,
        account_type=session.account_type,
        portal=session.portal,
        assurance=session.assurance,
        authenticated_at=session.authenticated_at,
        represents=session.represents,
    )


def _tell_portal(
    endpoint: AuthorizePages, error: RedirectedError, client_id: str | None
) -> ResponseReturnValue:
    """Let the portal hear what is wrong with its request."""
    client = endpoint.clients.find(client_id)
    portal = endpoint.pages.portals.of_client(client.client_id) if client else None
    _note_refusal(endpoint, client, error.error.value)
    return send(responses.refused(error, issuer=endpoint.issuer), portal.brand if portal else None, portal)


def _known_client(endpoint: AuthorizePages, sent: Sequence[tuple[str, str]]) -> Client | None:
    """Which portal's registration the request names, though nothing proves that it is from there."""
    named = [value for name, value in sent if name == "client_id"]
    return endpoint.clients.find(named[0]) if len(named) == 1 else None


def _note_refusal(endpoint: AuthorizePages, client: Client | None, reason: str) -> None:
    endpoint.pages.answers.auditor.record(
        AuthorizationRefused(
            brand=client.brand if client else None,
            result=Result.REFUSED,
            client_id=client.client_id if client else None,
            reason=reason,
        )
    )


def _parked_key(handle: str) -> RecordKey:
    return RecordKey(RecordKind.PARKED_REQUEST, "-", handle)
