"""Who is on the pages of the second factor at login: a browser in whose attempt a password was right."""

from __future__ import annotations

from dataclasses import dataclass

from flask import make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from broker.domain.accounts import Account, AccountId
from broker.domain.identity import AccountIdentity
from broker.login.progress import AskCollectivity, AskSecondFactor, Grant, OfferEnrolment, Refuse
from broker.login.received import Judged
from broker.login.transaction import LoginTransaction
from broker.mfa.enrolment import Enrolments
from broker.mfa.service import SecondFactors
from broker.storage.accounts import AccountRepository
from broker.web import cookies
from broker.web.dead_end import DeadEnd
from broker.web.headers import allow_form_to
from broker.web.login_pages import LoginPages, begin_attempt, find_attempt
from broker.web.portals import PortalView
from broker.web.refusals import refused_at
from broker.web.second_factor_state import PageStates
from broker.web.support_code import support_code

SPENT_NOTICE = "second-factor-spent"


@dataclass(frozen=True, slots=True)
class SecondFactorPages:
    """What the pages of the second factor need."""

    pages: LoginPages
    accounts: AccountRepository
    factors: SecondFactors
    enrolments: Enrolments
    states: PageStates


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser with its attempt, whose password it was, and what the pipeline wants now."""

    transaction: LoginTransaction
    portal: PortalView
    secret: str
    account: Account
    judged: Judged
    decision: AskSecondFactor | OfferEnrolment | AskCollectivity | Grant

    @property
    def place_id(self) -> str:
        """What these pages remember, and a factor that is being set up, belong to."""
        return place_id_of(self.transaction, self.account.id)

    def url(self, action: str) -> str:
        """Where a button of these pages leads."""
        own = self.transaction
        return url_for(f"second_factor.{action}", brand=own.brand, attempt=own.id)


def place_id_of(transaction: LoginTransaction, account_id: AccountId) -> str:
    """An attempt that somebody else goes on with, after another password, is another place."""
    return f"{transaction.id} {account_id}"


def visitor_of(second: SecondFactorPages, brand: str, attempt: str) -> Visitor:
    """Who looks at the page; `DeadEnd` for a browser in whose attempt no password was right."""
    return _visitor(second, *find_attempt(second.pages, brand, attempt))


def acting_visitor(second: SecondFactorPages, brand: str, attempt: str) -> Visitor:
    """Who pressed a button of ours; a forged request ends here, before anything else is looked at."""
    transaction, portal, secret = find_attempt(second.pages, brand, attempt)
    second.pages.answers.require_own_page(transaction.brand, secret)
    return _visitor(second, transaction, portal, secret)


def _visitor(
    second: SecondFactorPages, transaction: LoginTransaction, portal: PortalView, secret: str
) -> Visitor:
    judged = second.pages.login.resume(transaction)
    identity = judged.evidence.identity if judged is not None else None
    account = second.accounts.get(identity.account_id) if isinstance(identity, AccountIdentity) else None
    if judged is None or account is None:
        # An address that was typed, or kept from another time.
        raise DeadEnd("transaction-unknown", 400, portal=portal)
    decision = judged.decision
    if isinstance(decision, Refuse):
        raise refused_at(second.pages.portals, portal, decision.reason)
    if not isinstance(decision, AskSecondFactor | OfferEnrolment | AskCollectivity | Grant):
        # What a running session lent is not enough any more: a new login is.
        raise DeadEnd("evidence-too-old", 403, portal=portal)
    allow_form_to(*portal.redirect_uris)
    return Visitor(transaction, portal, secret, account, judged, decision)


def back(visitor: Visitor) -> ResponseReturnValue:
    """To the page, which shows what there is now; reloading it does nothing again."""
    return redirect(visitor.url("show"), 303)


def start_again(second: SecondFactorPages, visitor: Visitor) -> ResponseReturnValue:
    """Enough was guessed: the attempt is over, and a new one begins at the password with word of why.

    The portal's request stays as it was. Whoever guesses goes round by the password each time, and no
    further than the wrong codes that an account allows in a day.
    """
    spent, transactions = visitor.transaction, second.pages.login.transactions
    now = second.pages.clock()
    if not transactions.give_up(spent):
        raise DeadEnd("transaction-unknown", 400, portal=visitor.portal)
    second.pages.answers.note_refusal(visitor.portal, SPENT_NOTICE)
    # A factor that waits for its first code is left to run out: no more codes are judged for it here.
    second.states.forget(visitor.place_id)
    begun = transactions.begin(
        brand=spent.brand, portal=spent.portal, wish=spent.wish, answer_to=spent.answer_to, now=now
    )
    transactions.start_over(begun.transaction, SPENT_NOTICE, support_code())
    response = make_response(begin_attempt(begun.transaction, begun.browser_secret, now))
    cookies.forget_attempt(response, spent.id)
    return response
