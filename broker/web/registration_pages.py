"""The pages on which somebody makes an account, within the attempt in which DigiD vouched for them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from broker.accounts.registration.pending import Stage
from broker.accounts.registration.service import Mailing, RegistrationService
from broker.domain.identity import Evidence
from broker.login.transaction import LoginTransaction
from broker.web import cookies
from broker.web.dead_end import DeadEnd
from broker.web.login_pages import LoginPages
from broker.web.registration_form import DetailsForm, form_of, read_form
from broker.web.registration_texts import MAIL_LIMIT, MAIL_SENT_AGAIN, NOT_CONFIRMED
from broker.web.registration_visit import (
    Visitor,
    acting_visitor,
    applicant_of,
    back,
    details_page,
    enter,
    own_ready_page,
    stage_page,
    visitor_of,
)

_UNPROCESSABLE = 422
_PATH = "/<brand>/login/<attempt>/register"


@dataclass(frozen=True, slots=True)
class RegistrationPages:
    """What the registration pages need."""

    pages: LoginPages
    service: RegistrationService


def registration_blueprint(registration: RegistrationPages) -> Blueprint:
    """``/<brand>/login/<attempt>/register``: one page that shows where the person is, and its buttons."""
    blueprint = Blueprint("registration", __name__)
    _add_form(blueprint, registration)
    _add_mailing(blueprint, registration)
    _add_ways_out(blueprint, registration)
    return blueprint


def offer(
    service: RegistrationService, pages: LoginPages, transaction: LoginTransaction, evidence: Evidence
) -> ResponseReturnValue:
    """Let the attempt wait with its evidence, and lead to the registration page."""
    portal = pages.portals.get(transaction.portal)
    if portal is None:
        raise DeadEnd("transaction-unknown", 400)
    pages.login.transactions.keep_evidence(transaction, evidence)
    service.offer(applicant_of(transaction, evidence, portal))
    return redirect(url_for("registration.show", brand=transaction.brand, attempt=transaction.id), 303)


def _add_form(blueprint: Blueprint, registration: RegistrationPages) -> None:
    service, pages = registration.service, registration.pages

    @blueprint.get(_PATH)
    def show(brand: str, attempt: str) -> ResponseReturnValue:
        return _show(registration, visitor_of(pages, brand, attempt))

    @blueprint.post(_PATH + "/details")
    def details(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        filled_in = read_form()
        if isinstance(filled_in, DetailsForm):
            return details_page(visitor, filled_in), _UNPROCESSABLE
        service.fill_in(visitor.applicant, filled_in)
        return back(pages, visitor)

    @blueprint.post(_PATH + "/change")
    def change(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        service.change(visitor.applicant)
        return back(pages, visitor)


def _add_mailing(blueprint: Blueprint, registration: RegistrationPages) -> None:
    service, pages = registration.service, registration.pages

    @blueprint.post(_PATH + "/confirm")
    def confirm(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        mailing = service.mail(visitor.applicant, again=False)
        return back(pages, visitor, MAIL_LIMIT if mailing is Mailing.TOO_OFTEN else None)

    @blueprint.post(_PATH + "/resend")
    def resend(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        mailing = service.mail(visitor.applicant, again=True)
        notices = {Mailing.SENT: MAIL_SENT_AGAIN, Mailing.TOO_OFTEN: MAIL_LIMIT, Mailing.OVERTAKEN: None}
        return back(pages, visitor, notices[mailing])


def _add_ways_out(blueprint: Blueprint, registration: RegistrationPages) -> None:
    service, pages = registration.service, registration.pages

    @blueprint.post(_PATH + "/continue")
    def go_on(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        if not service.has_account(visitor.applicant):
            return back(pages, visitor, NOT_CONFIRMED)
        return enter(pages, visitor.transaction, visitor.portal) or back(pages, visitor)

    @blueprint.post(_PATH + "/cancel")
    def cancel(brand: str, attempt: str) -> ResponseReturnValue:
        visitor = acting_visitor(pages, brand, attempt)
        if not service.cancel(visitor.applicant):
            # The link was used first, elsewhere: the page says that the account is there.
            return back(pages, visitor)
        if not pages.login.transactions.finish(visitor.transaction):
            raise DeadEnd("transaction-unknown", 400, portal=visitor.portal)
        response = make_response(pages.answers.denied(visitor.transaction, visitor.portal))
        cookies.forget_attempt(response, visitor.transaction.id)
        return response


def _show(registration: RegistrationPages, visitor: Visitor) -> ResponseReturnValue:
    if registration.service.has_account(visitor.applicant):
        return own_ready_page(registration.pages, visitor)
    found = registration.service.find(visitor.applicant)
    if found is None or found.stage is Stage.ASKING:
        return details_page(visitor, form_of(found.details if found else None))
    return stage_page(visitor, found)
