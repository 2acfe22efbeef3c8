"""Where the link in a mail leads: a look changes nothing, the button on the page confirms."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from broker.accounts.registration.confirmation import Confirmation
from broker.accounts.registration.links import LinkFault
from broker.accounts.registration.pending import PendingRegistration
from broker.domain.accounts import WithoutAccount
from broker.domain.assurance import Scheme
from broker.login.transaction import LoginTransaction
from broker.web import cookies, csrf
from broker.web.dead_end import DeadEnd, known_brand
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages
from broker.web.parameters import LINK_PARAMETER, link_token
from broker.web.portals import BrandView, PortalView
from broker.web.registration_visit import enter, ready_page

_GONE = 410
_UNKNOWN = 404


@dataclass(frozen=True, slots=True)
class ActivationPages:
    """What the activation pages need."""

    pages: LoginPages
    confirmation: Confirmation


def activation_blueprint(activation: ActivationPages) -> Blueprint:
    """``/<brand>/activate``. The link's secret stands in the query, which proxies are told not to log."""
    blueprint = Blueprint("activation", __name__)
    pages, confirmation = activation.pages, activation.confirmation

    @blueprint.get("/<brand>/activate")
    def look(brand: str) -> ResponseReturnValue:
        view = known_brand(pages.portals, brand, Scheme.DIGID)
        token = link_token(request.args)
        found = confirmation.look(brand, token)
        portal = _portal(pages, view, found)
        allow_form_to(*portal.redirect_uris)
        return render_template(
            "register/activate.html",
            brand=view,
            portal=portal,
            action=url_for("activation.confirm", brand=brand),
            csrf_token=csrf.token_for(token),
            fields={LINK_PARAMETER: token},
        )

    @blueprint.post("/<brand>/activate")
    def confirm(brand: str) -> ResponseReturnValue:
        view = known_brand(pages.portals, brand, Scheme.DIGID)
        token = link_token(request.form)
        # The link may be opened in a browser without a cookie of ours; its secret proves our own page.
        pages.answers.require_own_page(brand, token)
        found = confirmation.confirm(brand, token)
        if isinstance(found, LinkFault):
            raise _dead_end(pages, view, found)
        portal = _portal(pages, view, found)
        waiting = _waiting_here(pages, found)
        return (enter(pages, waiting, portal) if waiting else None) or ready_page(portal)

    return blueprint


def _waiting_here(pages: LoginPages, registration: PendingRegistration) -> LoginTransaction | None:
    """The attempt of this registration, if this very browser holds it and it is about the same person."""
    secret = cookies.attempt_secret(request, registration.attempt.id)
    waiting = pages.login.transactions.find(registration.brand, registration.attempt.id, secret)
    if waiting is None or waiting.evidence is None:
        return None
    return waiting if waiting.evidence.bsn == registration.bsn else None


def _portal(pages: LoginPages, brand: BrandView, found: PendingRegistration | LinkFault) -> PortalView:
    """The portal of a link that is good; the page of its fault when it is not."""
    if isinstance(found, LinkFault):
        raise _dead_end(pages, brand, found)
    portal = pages.portals.get(found.attempt.portal)
    if portal is None:
        raise _dead_end(pages, brand, LinkFault.STOPPED)
    return portal


def _dead_end(pages: LoginPages, brand: BrandView, fault: LinkFault) -> DeadEnd:
    every = pages.portals.of_brand(brand.id)
    portals = tuple(portal for portal in every if portal.without_account is WithoutAccount.REGISTER)
    status = _UNKNOWN if fault is LinkFault.UNKNOWN else _GONE
    return DeadEnd(fault.value, status, brand=brand, portals=portals)
