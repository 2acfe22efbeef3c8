"""What providers and their operators call: the artifact's landing place, and our metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from broker.domain.assurance import Scheme
from broker.login.progress import Grant, Refuse
from broker.login.service import Judged, NotAuthenticated, OtherBrowser, UnknownAnswer
from broker.providers.base import ArtifactAnswer
from broker.web import cookies
from broker.web.dead_end import DeadEnd
from broker.web.login_pages import LoginPages
from broker.web.portals import BrandView

_RELAY_STATE_CAP = 80
_ARTIFACT_CAP = 256
# The page on which the next step is a better choice at DigiD rather than the end of the attempt.
_TRY_AGAIN = frozenset({"level-too-low"})


@dataclass(frozen=True, slots=True)
class SamlEndpoints:
    """What the SAML endpoints need: the login pages, and our signed metadata per brand."""

    pages: LoginPages
    metadata: Mapping[tuple[str, Scheme], bytes]


def saml_blueprint(endpoints: SamlEndpoints) -> Blueprint:
    """``/saml/<brand>/digid/…``: one service provider per brand."""
    blueprint = Blueprint("saml", __name__, url_prefix="/saml/<brand>/<any(digid):scheme>")

    @blueprint.get("/metadata")
    def metadata(brand: str, scheme: str) -> ResponseReturnValue:
        document = endpoints.metadata.get((brand, Scheme(scheme)))
        if document is None:
            raise DeadEnd("not-found", 404)
        return Response(document, content_type="application/samlmetadata+xml")

    @blueprint.get("/acs")
    def artifact(brand: str, scheme: str) -> ResponseReturnValue:
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
            raise _answer_dead_end(pages, view, "answer-unknown")
        case OtherBrowser():
            raise _answer_dead_end(pages, view, "answer-other-browser")
        case NotAuthenticated():
            return _back_to_choice(pages, received)
        case Judged():
            return _conclude(pages, received)


def _single(name: str, cap: int) -> str:
    """A parameter that occurs once and is not too long; otherwise a value that matches nothing."""
    values = request.args.getlist(name)
    return values[0] if len(values) == 1 and len(values[0]) <= cap else ""


def _answer_dead_end(pages: LoginPages, brand: BrandView, code: str) -> DeadEnd:
    portals = pages.portals.of_brand(brand.id)
    return DeadEnd(code, 400, brand=brand, portal=portals[0] if len(portals) == 1 else None)


def _back_to_choice(pages: LoginPages, received: NotAuthenticated) -> ResponseReturnValue:
    """The login page again, with what happened. A login that failed leaves no older one running (KVS 3.x)."""
    transaction = received.transaction
    pages.login.transactions.leave_notice(transaction, received.notice)
    response = make_response(
        redirect(url_for("login.choose", brand=transaction.brand, attempt=transaction.id), 303)
    )
    session = pages.sessions.find(
        transaction.brand, cookies.session_value(request, transaction.brand), now=pages.clock()
    )
    if session is not None:
        pages.answers.end_session(session, reason="other-login-failed")
        cookies.forget_session(response, transaction.brand)
    return response


def _conclude(pages: LoginPages, received: Judged) -> ResponseReturnValue:
    transaction, decision = received.transaction, received.decision
    portal = pages.portals.get(transaction.portal)
    if portal is None:
        raise DeadEnd("transaction-unknown", 400)
    if isinstance(decision, Grant):
        return pages.answers.granted(transaction, decision, received.evidence, portal)
    reason = decision.reason if isinstance(decision, Refuse) else "login-refused"
    pages.answers.note_refusal(portal, reason)
    if reason in _TRY_AGAIN:
        return _back_to_choice(pages, NotAuthenticated(transaction, reason))
    pages.login.transactions.finish(transaction)
    raise DeadEnd(reason, 403, portal=portal)
