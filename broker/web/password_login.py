"""What somebody typed on the login page: an e-mail address and a password."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, OfferEnrolment, Refuse
from broker.login.received import Judged, NotAuthenticated
from broker.providers.base import PasswordAnswer
from broker.web.after_provider import back_to_choice, to_collectivity
from broker.web.dead_end import DeadEnd
from broker.web.devices import device_of_request
from broker.web.login_pages import LoginPages, find_attempt
from broker.web.parameters import once
from broker.web.portals import PortalView
from broker.web.refusals import refused_at
from broker.web.second_factor_pages import enter_second_step
from broker.web.second_factor_visit import SecondFactorPages
from broker.web.source_address import source_block
from broker.web.support_code import support_code

# One notice for every reason, so that nobody learns from it whether there is an account.
_FAILED = "password-failed"
# Not to be told from a wrong password, also when the account changes between two looks at it.
_AS_IF_WRONG = frozenset({"account-disabled", "no-account"})


def password_blueprint(pages: LoginPages, second: SecondFactorPages) -> Blueprint:
    """``/<brand>/login/<attempt>/password``: the form of the login page."""
    blueprint = Blueprint("password", __name__)

    @blueprint.post("/<brand>/login/<attempt>/password")
    def answer(brand: str, attempt: str) -> ResponseReturnValue:
        transaction, portal, secret = find_attempt(pages, brand, attempt)
        pages.answers.require_own_page(transaction.brand, secret)
        typed = PasswordAnswer(
            email=once(request.form, "email"),
            password=once(request.form, "password"),
            device=device_of_request(transaction.brand),
            source=source_block(),
        )
        # Every commit waits for the disk: what is written down of one answer is one of them.
        with pages.answers.auditor.together():
            received = pages.login.try_password(transaction, typed)
            match received:
                case Refuse():
                    raise DeadEnd("login-refused", 400, portal=portal)
                case NotAuthenticated():
                    return back_to_choice(pages, received, support_code=support_code())
                case Judged():
                    return _conclude(pages, second, received, portal)

    return blueprint


def _conclude(
    pages: LoginPages, second: SecondFactorPages, received: Judged, portal: PortalView
) -> ResponseReturnValue:
    transaction, decision = received.transaction, received.decision
    if isinstance(decision, Grant):
        return pages.answers.granted(transaction, decision, received.evidence, portal)
    if isinstance(decision, AskSecondFactor | OfferEnrolment):
        return enter_second_step(second, received)
    if isinstance(decision, AskCollectivity):
        return to_collectivity(transaction)
    reason = decision.reason if isinstance(decision, Refuse) else "login-refused"
    pages.answers.note_refusal(portal, reason)
    if reason in _AS_IF_WRONG:
        wrong = NotAuthenticated(transaction, _FAILED)
        return back_to_choice(pages, wrong, support_code=support_code())
    pages.login.transactions.finish(transaction)
    raise refused_at(pages.portals, portal, reason)
