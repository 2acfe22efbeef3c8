"""What providers and their operators call: the artifact's landing place, and our metadata."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from broker.accounts.registration.service import RegistrationService
from broker.domain.assurance import Scheme
from broker.domain.identity import Cancelled
from broker.login.outcomes import FOR_OPERATIONS, in_words_of, reason_of
from broker.login.progress import AskCollectivity, Grant, OfferBinding, OfferRegistration, Refuse
from broker.login.received import Judged, NotAuthenticated, OtherBrowser, Received, UnknownAnswer
from broker.oidc.authorization_request import AuthorizationRequest
from broker.providers.base import ArtifactAnswer, PostedAnswer
from broker.web import cookies
from broker.web.after_provider import back_without_session, end_running, to_collectivity
from broker.web.binding_pages import offer_binding
from broker.web.dead_end import DeadEnd
from broker.web.language import current_language, prefer_ui_locales
from broker.web.login_pages import LoginPages
from broker.web.parameters import once
from broker.web.portals import BrandView, PortalView
from broker.web.refusals import refused_at
from broker.web.registration_pages import offer
from broker.web.support_code import support_code
from broker.web.ways_in import ANSWERS_BY_POST, JOURNEYS

_RELAY_STATE_CAP = 80
_ARTIFACT_CAP = 256
_HANDLE_CAP = 64
# An answer of 256 KiB in base64, and the little that stands beside it.
_LARGEST_ANSWER_BYTES = 384 * 1024
# The page on which the next step is a better choice at DigiD rather than the end of the attempt.
_TRY_AGAIN = frozenset({"level-too-low"})

_log = structlog.get_logger("broker.providers")


@dataclass(frozen=True, slots=True)
class SamlEndpoints:
    """What the SAML endpoints need: the login pages, and our signed metadata of a moment per brand."""

    pages: LoginPages
    registrations: RegistrationService
    metadata: Mapping[tuple[str, Scheme], Callable[[datetime], bytes]]


def saml_blueprint(endpoints: SamlEndpoints) -> Blueprint:
    """``/saml/<brand>/<scheme>/…``: one service provider per brand and scheme."""
    blueprint = Blueprint("saml", __name__, url_prefix=f"/saml/<brand>/<any({JOURNEYS}):scheme>")

    @blueprint.get("/metadata")
    def metadata(brand: str, scheme: str) -> ResponseReturnValue:
        document = endpoints.metadata.get((brand, Scheme(scheme)))
        if document is None:
            raise DeadEnd("not-found", 404)
        return Response(document(endpoints.pages.clock()), content_type="application/samlmetadata+xml")

    @blueprint.get("/acs")
    def artifact(brand: str, scheme: str) -> ResponseReturnValue:
        # Every commit waits for the disk: what is written down of one answer is one of them (1 ms less).
        with endpoints.pages.answers.auditor.together():
            return _take_artifact(endpoints, brand, Scheme(scheme))

    @blueprint.post("/acs")
    def posted(brand: str, scheme: str) -> ResponseReturnValue:
        if Scheme(scheme) in ANSWERS_BY_POST:
            request.max_content_length = _LARGEST_ANSWER_BYTES
        # Reading it refuses what is too large, before anything else is looked at.
        form = request.form
        with endpoints.pages.answers.auditor.together():
            return _take_posted(endpoints, brand, Scheme(scheme), form)

    @blueprint.get("/acs/continue")
    def after_post(brand: str, scheme: str) -> ResponseReturnValue:
        with endpoints.pages.answers.auditor.together():
            return _take_parked(endpoints, brand, Scheme(scheme))

    return blueprint


def _take_artifact(endpoints: SamlEndpoints, brand: str, scheme: Scheme) -> ResponseReturnValue:
    view = _require_connection(endpoints, brand, scheme)
    received = endpoints.pages.login.arrivals.by_artifact(
        brand,
        scheme,
        once(request.args, "RelayState", longest=_RELAY_STATE_CAP),
        ArtifactAnswer(once(request.args, "SAMLart", longest=_ARTIFACT_CAP)),
        _secret_of_this_browser,
    )
    return _go_on(endpoints, view, scheme, received)


def _take_posted(
    endpoints: SamlEndpoints, brand: str, scheme: Scheme, form: MultiDict[str, str]
) -> ResponseReturnValue:
    """Judge and park. Whatever came of it is told at `continue`, to the browser that began this login."""
    view = _require_connection_by_post(endpoints, brand, scheme)
    relay_state = once(form, "RelayState", longest=_RELAY_STATE_CAP)
    answer = PostedAnswer(once(form, "SAMLResponse", longest=_LARGEST_ANSWER_BYTES))
    handle = endpoints.pages.login.arrivals.by_post(brand, scheme, relay_state, answer)
    if isinstance(handle, UnknownAnswer):
        raise _answer_dead_end(endpoints.pages, view, scheme, "answer-unknown")
    return redirect(url_for("saml.after_post", brand=brand, scheme=scheme.value, handle=handle), 303)


def _take_parked(endpoints: SamlEndpoints, brand: str, scheme: Scheme) -> ResponseReturnValue:
    view = _require_connection_by_post(endpoints, brand, scheme)
    handle = once(request.args, "handle", longest=_HANDLE_CAP)
    received = endpoints.pages.login.arrivals.after_post(brand, scheme, handle, _secret_of_this_browser)
    return _go_on(endpoints, view, scheme, received)


def _require_connection(endpoints: SamlEndpoints, brand: str, scheme: Scheme) -> BrandView:
    view = endpoints.pages.portals.brand_by(brand, scheme)
    if view is None or (brand, scheme) not in endpoints.metadata:
        raise DeadEnd("not-found", 404)
    return view


def _require_connection_by_post(endpoints: SamlEndpoints, brand: str, scheme: Scheme) -> BrandView:
    if scheme not in ANSWERS_BY_POST:
        raise DeadEnd("not-found", 404)
    return _require_connection(endpoints, brand, scheme)


def _secret_of_this_browser(attempt: str) -> str | None:
    return cookies.attempt_secret(request, attempt)


def _go_on(
    endpoints: SamlEndpoints, view: BrandView, scheme: Scheme, received: Received
) -> ResponseReturnValue:
    match received:
        case UnknownAnswer():
            raise _answer_dead_end(endpoints.pages, view, scheme, "answer-unknown")
        case OtherBrowser():
            raise _answer_dead_end(endpoints.pages, view, scheme, "answer-other-browser")
        case NotAuthenticated():
            _tell_operations(scheme, received)
            return _back_to_choice(endpoints.pages, received)
        case Judged():
            return _conclude(endpoints, received)


def _tell_operations(scheme: Scheme, received: NotAuthenticated) -> None:
    """What the audit log knows by code, in words; at error level what goes wrong for everybody."""
    outcome = received.outcome
    if outcome is None or isinstance(outcome, Cancelled):
        return
    reason = reason_of(outcome)
    advice = FOR_OPERATIONS.get(reason)
    tell = _log.warning if advice is None else _log.error
    tell(
        "provider gave no login",
        scheme=scheme.value,
        brand=received.transaction.brand,
        reason=reason,
        detail=outcome.detail,
        advice=advice,
        support_code=support_code(),
    )


def _answer_dead_end(pages: LoginPages, brand: BrandView, scheme: Scheme, code: str) -> DeadEnd:
    """The end of an answer that belongs to no attempt here; it began where this way is offered."""
    there = pages.portals.of_brand(brand.id)
    portals = tuple(portal for portal in there if portal.is_entered_by(scheme))
    return DeadEnd(code, 400, brand=brand, portals=portals)


def _back_to_choice(pages: LoginPages, received: NotAuthenticated) -> ResponseReturnValue:
    """The login page again. Turning back is nobody's fault, so there is nothing to tell a desk."""
    code = None if isinstance(received.outcome, Cancelled) else support_code()
    return back_without_session(pages, received, support_code=code)


def _offer(endpoints: SamlEndpoints, received: Judged) -> ResponseReturnValue:
    """To the registration page. Whoever was logged in before is somebody else, and is not left logged in."""
    brand = received.transaction.brand
    response = make_response(
        offer(endpoints.registrations, endpoints.pages, received.transaction, received.evidence)
    )
    if end_running(endpoints.pages, brand):
        cookies.forget_session(response, brand)
    return response


def _no_account_page(portal: PortalView) -> str:
    """How to get an account, in the portal's words if it has any."""
    return render_template(
        "login/no_account.html",
        brand=portal.brand,
        portal=portal,
        help=portal.account_help.get(current_language()),
        support_code=support_code(),
    )


def _conclude(endpoints: SamlEndpoints, received: Judged) -> ResponseReturnValue:
    pages, transaction, decision = endpoints.pages, received.transaction, received.decision
    portal = pages.portals.get(transaction.portal)
    if portal is None:
        raise DeadEnd("transaction-unknown", 400)
    prefer_ui_locales(" ".join(AuthorizationRequest.from_bytes(transaction.answer_to).ui_locales))
    if isinstance(decision, Grant):
        return pages.answers.granted(transaction, decision, received.evidence, portal)
    if isinstance(decision, OfferRegistration):
        return _offer(endpoints, received)
    if isinstance(decision, AskCollectivity):
        return to_collectivity(transaction)
    if isinstance(decision, OfferBinding):
        return offer_binding(pages, received)
    reason = decision.reason if isinstance(decision, Refuse) else "login-refused"
    pages.answers.note_refusal(portal, reason)
    if reason in _TRY_AGAIN:
        notice = in_words_of(received.evidence.assurance.scheme, reason)
        return _back_to_choice(pages, NotAuthenticated(transaction, notice))
    # Somebody was there who may not come in: whoever was logged in before is not left logged in.
    pages.login.transactions.finish(transaction)
    end_running(pages, transaction.brand)
    if reason == "no-account":
        return _no_account_page(portal), 403
    raise refused_at(pages.portals, portal, reason)
