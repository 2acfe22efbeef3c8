"""What providers and their operators call: the artifact's landing place, and our metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from broker.accounts.registration.service import RegistrationService
from broker.domain.assurance import Scheme
from broker.domain.identity import Cancelled
from broker.login.outcomes import FOR_OPERATIONS, reason_of
from broker.login.progress import Grant, OfferRegistration, Refuse
from broker.login.received import Judged, NotAuthenticated, OtherBrowser, UnknownAnswer
from broker.oidc.authorization_request import AuthorizationRequest
from broker.providers.base import ArtifactAnswer
from broker.web import cookies
from broker.web.after_provider import back_without_session, end_running
from broker.web.dead_end import DeadEnd
from broker.web.language import current_language, prefer_ui_locales
from broker.web.login_pages import LoginPages
from broker.web.portals import BrandView, PortalView
from broker.web.registration_pages import offer
from broker.web.support_code import support_code
from broker.web.ways_in import JOURNEYS

_RELAY_STATE_CAP = 80
_ARTIFACT_CAP = 256
# The page on which the next step is a better choice at DigiD rather than the end of the attempt.
_TRY_AGAIN = frozenset({"level-too-low"})

_log = structlog.get_logger("broker.providers")


@dataclass(frozen=True, slots=True)
class SamlEndpoints:
    """What the SAML endpoints need: the login pages, and our signed metadata per brand."""

    pages: LoginPages
    registrations: RegistrationService
    metadata: Mapping[tuple[str, Scheme], bytes]


def saml_blueprint(endpoints: SamlEndpoints) -> Blueprint:
    """``/saml/<brand>/<scheme>/…``: one service provider per brand and scheme."""
    blueprint = Blueprint("saml", __name__, url_prefix=f"/saml/<brand>/<any({JOURNEYS}):scheme>")

    @blueprint.get("/metadata")
    def metadata(brand: str, scheme: str) -> ResponseReturnValue:
        document = endpoints.metadata.get((brand, Scheme(scheme)))
        if document is None:
            raise DeadEnd("not-found", 404)
        return Response(document, content_type="application/samlmetadata+xml")

    @blueprint.get("/acs")
    def artifact(brand: str, scheme: str) -> ResponseReturnValue:
        # Every commit waits for the disk: what is written down of one answer is one of them (1 ms less).
        with endpoints.pages.answers.auditor.together():
            return _receive(endpoints, brand, Scheme(scheme))

    return blueprint


def _receive(endpoints: SamlEndpoints, brand: str, scheme: Scheme) -> ResponseReturnValue:
    pages = endpoints.pages
    view = pages.portals.brand(brand)
    if view is None or (brand, scheme) not in endpoints.metadata:
        raise DeadEnd("not-found", 404)
    received = pages.login.receive(
        brand,
        scheme,
        _single("RelayState", _RELAY_STATE_CAP),
        ArtifactAnswer(_single("SAMLart", _ARTIFACT_CAP)),
        lambda attempt: cookies.attempt_secret(request, attempt),
    )
    match received:
        case UnknownAnswer():
            raise _answer_dead_end(pages, view, scheme, "answer-unknown")
        case OtherBrowser():
            raise _answer_dead_end(pages, view, scheme, "answer-other-browser")
        case NotAuthenticated():
            _tell_operations(scheme, received)
            return _back_to_choice(pages, received)
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


def _single(name: str, cap: int) -> str:
    """A parameter that occurs once and is not too long; otherwise a value that matches nothing."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and len(values[0]) <= cap else ""


def _answer_dead_end(pages: LoginPages, brand: BrandView, scheme: Scheme, code: str) -> DeadEnd:
    """The end of an answer that belongs to no attempt here; it began where this way is offered."""
    portals = tuple(
        portal
        for portal in pages.portals.of_brand(brand.id)
        if any(minimum.scheme is scheme for minimum in portal.minimum)
    )
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
    reason = decision.reason if isinstance(decision, Refuse) else "login-refused"
    pages.answers.note_refusal(portal, reason)
    if reason in _TRY_AGAIN:
        return _back_to_choice(pages, NotAuthenticated(transaction, reason))
    # Somebody was there who may not come in: whoever was logged in before is not left logged in.
    pages.login.transactions.finish(transaction)
    end_running(pages, transaction.brand)
    if reason == "no-account":
        return _no_account_page(portal), 403
    raise DeadEnd(reason, 403, portal=portal)
