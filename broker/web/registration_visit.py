"""Who is on the registration pages, and the pages as this person sees them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from broker.accounts.registration.pending import Attempt, PendingRegistration, Stage
from broker.accounts.registration.service import Applicant
from broker.domain.identity import Evidence
from broker.login.progress import Grant
from broker.login.transaction import LoginTransaction
from broker.web import csrf
from broker.web.dead_end import DeadEnd
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages, find_attempt
from broker.web.portals import PortalView
from broker.web.registration_form import DetailsForm


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with its attempt, and the person whom the attempt's evidence names."""

    transaction: LoginTransaction
    portal: PortalView
    secret: str
    applicant: Applicant

    def url(self, action: str) -> str:
        """Where a button of these pages leads."""
        own = self.transaction
        return url_for(f"registration.{action}", brand=own.brand, attempt=own.id)


def applicant_of(transaction: LoginTransaction, evidence: Evidence, portal: PortalView) -> Applicant:
    """The person of this evidence, registering in this attempt; `DeadEnd` for who did not come by DigiD."""
    if evidence.bsn is None:
        raise DeadEnd("transaction-unknown", 400, portal=portal)
    attempt = Attempt(transaction.id, portal.id, portal.client_id)
    return Applicant(transaction.brand, evidence.bsn, attempt)


def visitor_of(pages: LoginPages, brand: str, attempt: str) -> Visitor:
    """Who looks at the page; `DeadEnd` for a browser in whose attempt nobody was vouched for."""
    return _visitor(*find_attempt(pages, brand, attempt))


def acting_visitor(pages: LoginPages, brand: str, attempt: str) -> Visitor:
    """Who pressed a button of ours; a forged request ends here, before anything else is looked at."""
    transaction, portal, secret = find_attempt(pages, brand, attempt)
    pages.answers.require_own_page(transaction.brand, secret)
    return _visitor(transaction, portal, secret)


def _visitor(transaction: LoginTransaction, portal: PortalView, secret: str) -> Visitor:
    if transaction.evidence is None:
        # An address that was typed, or kept from another time.
        raise DeadEnd("transaction-unknown", 400, portal=portal)
    allow_form_to(*portal.redirect_uris)
    applicant = applicant_of(transaction, transaction.evidence, portal)
    return Visitor(transaction, portal, secret, applicant)


def enter(pages: LoginPages, transaction: LoginTransaction, portal: PortalView) -> ResponseReturnValue | None:
    """Into the portal with the evidence that waited, if the pipeline says so now; None when it does not."""
    judged = pages.login.resume(transaction)
    if judged is None or not isinstance(judged.decision, Grant):
        return None
    return pages.answers.granted(transaction, judged.decision, judged.evidence, portal)


def back(pages: LoginPages, visitor: Visitor, notice: str | None = None) -> ResponseReturnValue:
    """To the page, which shows what there is now; reloading it does nothing again."""
    transaction = visitor.transaction
    if transaction.notice != notice:
        pages.login.transactions.leave_notice(transaction, notice)
    return redirect(visitor.url("show"), 303)


def own_ready_page(pages: LoginPages, visitor: Visitor) -> str:
    """The account is there: into the portal with one button, or by a new login when this one is too old."""
    judged = pages.login.resume(visitor.transaction)
    may_enter = judged is not None and isinstance(judged.decision, Grant)
    action = visitor.url("go_on") if may_enter else None
    return ready_page(visitor.portal, continue_action=action, token=csrf.token_for(visitor.secret))


def ready_page(portal: PortalView, *, continue_action: str | None = None, token: str = "") -> str:
    """The account is there: on with the button, or by logging in at the portal."""
    return render_template(
        "register/ready.html",
        brand=portal.brand,
        portal=portal,
        continue_action=continue_action,
        csrf_token=token,
    )


def details_page(visitor: Visitor, form: DetailsForm) -> str:
    """The form."""
    return _page(visitor, "register/details.html", form=form, details_action=visitor.url("details"))


def stage_page(visitor: Visitor, registration: PendingRegistration) -> str:
    """What was filled in, to be checked, or the word that a mail is on its way."""
    mailed = registration.stage is not Stage.CHECKING
    return _page(
        visitor,
        "register/mailed.html" if mailed else "register/check.html",
        details=registration.details,
        mail_action=visitor.url("resend" if mailed else "confirm"),
        change_action=visitor.url("change"),
        continue_action=visitor.url("go_on"),
    )


def _page(visitor: Visitor, template: str, **context: object) -> str:
    return render_template(
        template,
        brand=visitor.portal.brand,
        portal=visitor.portal,
        csrf_token=csrf.token_for(visitor.secret),
        transaction_id=visitor.transaction.id,
        notice=visitor.transaction.notice,
        cancel_action=visitor.url("cancel"),
        **context,
    )
