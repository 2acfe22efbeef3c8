"""Carries out what the pipeline asks for: look-ups, journeys upstream, and what comes back."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from broker.domain.assurance import Scheme
from broker.domain.identity import Authenticated
from broker.domain.second_factors import FactorKind
from broker.login.arrivals import Arrivals
from broker.login.guarded_provider import Closed
from broker.login.notes import LoginNotes
from broker.login.outcomes import notice_of
from broker.login.policy import earlier_login_steps_up
from broker.login.progress import (
    AskCollectivity,
    AskProvider,
    AskSecondFactor,
    EarlierLogin,
    GoUpstream,
    Progress,
    Refuse,
)
from broker.login.received import Judged, NotAuthenticated, Settled, Visit
from broker.login.second_step import SecondStep, lent_by
from broker.login.settling import Settler
from broker.login.surroundings import Surroundings
from broker.login.transaction import LoginTransaction
from broker.login.transactions import Begun
from broker.login.upstream_requests import new_relay_state
from broker.providers.base import PasswordAnswer, Send

TO_SET_UP: Final = "second-factor-to-set-up"
"""The notice for somebody who is logged in and has to do so again, to get a factor that the portal wants."""


class LoginService:
    """Runs login attempts from a portal's request to a decision."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.transactions = surroundings.transactions
        self._upstream = surroundings.upstream
        self._providers = surroundings.providers
        self._direct = surroundings.direct
        self._clock = surroundings.clock
        self._notes = LoginNotes(surroundings.auditor)
        self._settler = Settler(
            surroundings.accounts, surroundings.factors, surroundings.relations, self._notes
        )
        self._second_step = SecondStep(
            self.transactions,
            self._settler,
            surroundings.sessions,
            surroundings.passwords,
            self._notes,
            self._clock,
        )
        self.arrivals = Arrivals(surroundings, self._second_step, self._notes)

    def arrive(self, visit: Visit, earlier: EarlierLogin | None) -> Settled:
        """The first look at a portal's wish, before anything is asked of the person."""
        return self._settler.settle(_progress(visit, self._clock(), earlier))

    def begin(self, visit: Visit, decision: Settled, earlier: EarlierLogin | None) -> Begun:
        """A new attempt for a decision of `arrive` that asks something of the person.

        Where the running session lacks a second factor, or a choice, and nothing else, it lends the attempt
        the rest.
        """
        now = self._clock()
        is_lent = isinstance(decision, AskSecondFactor | AskCollectivity)
        lent = lent_by(visit.brand, earlier) if is_lent and earlier else None
        begun = self.transactions.begin(
            brand=visit.brand,
            portal=visit.portal,
            wish=visit.wish,
            answer_to=visit.answer_to,
            now=now,
            lent=lent,
        )
        if lent is not None:
            self._second_step.note_asked(visit.brand, lent.evidence, decision)
        elif isinstance(decision, AskProvider) and earlier_login_steps_up(_progress(visit, now, earlier)):
            transaction = self.transactions.leave_notice(begun.transaction, TO_SET_UP)
            return Begun(transaction, begun.browser_secret)
        return begun

    def closed(self, brand: str, scheme: Scheme) -> Closed | None:
        """Why this way of logging in cannot be chosen now; None when it can."""
        provider = self._providers.get((brand, scheme))
        return provider.closed(self._clock()) if provider else None

    def send_upstream(
        self, transaction: LoginTransaction, scheme: Scheme, client_id: str
    ) -> Send | Refuse | Closed:
        """The way to the chosen provider, with the request stored for one answer."""
        now = self._clock()
        decision = self._choose(transaction, scheme)
        provider = self._providers.get((transaction.brand, scheme))
        if isinstance(decision, Refuse) or provider is None:
            return decision if isinstance(decision, Refuse) else Refuse("provider-not-allowed")
        if closed := provider.admit(now):
            self._notes.turned_away(transaction.brand, client_id, scheme, closed)
            return closed
        relay_state = new_relay_state()
        begun = provider.begin(decision.required, relay_state=relay_state, now=now)
        self._upstream.keep(relay_state, transaction, begun.sent, until=transaction.expires_at)
        self._notes.sent_upstream(transaction.brand, client_id, decision.required)
        return begun.send

    def try_password(
        self, transaction: LoginTransaction, answer: PasswordAnswer
    ) -> NotAuthenticated | Judged | Refuse:
        """Judge what was typed on our own page; `Refuse` where this portal has no passwords.

        Evidence that needs a second factor waits with the attempt. What waited there before is forgotten
        first: this may be somebody else.
        """
        way = self._direct.get((transaction.brand, Scheme.PASSWORD))
        decision = self._choose(transaction, Scheme.PASSWORD)
        if isinstance(decision, Refuse) or way is None:
            return decision if isinstance(decision, Refuse) else Refuse("provider-not-allowed")
        if transaction.notice is not None or transaction.evidence is not None:
            transaction = self.transactions.start_over(transaction)
        outcome = way.check(answer, brand=transaction.brand, now=self._clock())
        self._notes.answered(transaction.brand, Scheme.PASSWORD, outcome)
        if not isinstance(outcome, Authenticated):
            return NotAuthenticated(transaction, notice_of(Scheme.PASSWORD, outcome), outcome)
        return self._second_step.judge(transaction, outcome.evidence)

    def resume(self, transaction: LoginTransaction) -> Judged | None:
        """Judge the evidence that waited with this attempt once more; None when there is none."""
        return self._second_step.resume(transaction)

    def second_factor_given(
        self, transaction: LoginTransaction, kind: FactorKind, now: datetime
    ) -> Judged | None:
        """Raise the evidence of this attempt by a factor that was shown; see `SecondStep.given`."""
        return self._second_step.given(transaction, kind, now)

    def collectivity_chosen(self, transaction: LoginTransaction, number: str) -> Judged | None:
        """Go on for the collectivity that was chosen in this attempt; see `SecondStep.chosen`."""
        return self._second_step.chosen(transaction, number)

    def _choose(self, transaction: LoginTransaction, scheme: Scheme) -> GoUpstream | Refuse:
        """Whether the portal allows this way, and what it has to bring."""
        # A running login is left out on purpose: whoever presses the button wants a new one.
        decision = self._settler.settle(
            Progress(transaction.brand, transaction.portal, transaction.wish, self._clock(), chosen=scheme)
        )
        return decision if isinstance(decision, GoUpstream | Refuse) else Refuse("provider-not-allowed")


def _progress(visit: Visit, now: datetime, earlier: EarlierLogin | None) -> Progress:
    """What is known when somebody comes from a portal."""
    return Progress(visit.brand, visit.portal, visit.wish, now, earlier)
