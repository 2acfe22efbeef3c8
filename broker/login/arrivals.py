"""What happens when a provider's answer arrives: by a GET that shows the cookie, or by a POST that cannot.

A cross-site POST brings no cookie of ours (SameSite=Lax). So it is judged, and its outcome is parked under a
handle for a minute; the browser comes back with the handle by itself, and then must hold the attempt's
cookie. Whoever else comes with the handle uses it up, and that is all.
"""

from __future__ import annotations

from broker.domain.assurance import Scheme
from broker.domain.identity import Authenticated, Failed, ProviderOutcome
from broker.login.notes import LoginNotes
from broker.login.outcomes import notice_of
from broker.login.parked_outcomes import ParkedOutcome
from broker.login.received import BrowserSecret, NotAuthenticated, OtherBrowser, Received, UnknownAnswer
from broker.login.second_step import SecondStep
from broker.login.surroundings import Surroundings
from broker.login.transaction import LoginTransaction
from broker.providers.base import ArtifactAnswer, PostedAnswer


class Arrivals:
    """Takes answers. The stored request is used up first, whatever an answer is worth."""

    def __init__(self, surroundings: Surroundings, second_step: SecondStep, notes: LoginNotes) -> None:
        self._with = surroundings
        self._second_step = second_step
        self._notes = notes

    def by_artifact(
        self, brand: str, scheme: Scheme, relay_state: str, answer: ArtifactAnswer, secret: BrowserSecret
    ) -> Received:
        """Judge the answer behind an artifact that this browser brings."""
        outstanding = self._with.upstream.take(brand, relay_state)
        provider = self._with.providers.get((brand, scheme))
        if outstanding is None or provider is None:
            return self._unknown(brand, scheme)
        transaction = self._find(brand, scheme, outstanding.transaction_id, secret)
        if transaction is None:
            return OtherBrowser()
        outcome = provider.complete(answer, outstanding.sent, now=self._with.clock())
        self._notes.answered(brand, scheme, outcome)
        return self._received(transaction, scheme, outcome)

    def by_post(
        self, brand: str, scheme: Scheme, relay_state: str, answer: PostedAnswer
    ) -> str | UnknownAnswer:
        """Judge an answer that comes without a cookie; the handle by which the browser comes back for it."""
        now = self._with.clock()
        outstanding = self._with.upstream.take(brand, relay_state)
        provider = self._with.providers.get((brand, scheme))
        if outstanding is None or provider is None:
            return self._unknown(brand, scheme)
        outcome = provider.complete(answer, outstanding.sent, now=now)
        self._notes.answered(brand, scheme, outcome)
        parked = ParkedOutcome(outstanding.transaction_id, outcome)
        return self._with.parked.park(brand, scheme, parked, now=now)

    def after_post(self, brand: str, scheme: Scheme, handle: str, secret: BrowserSecret) -> Received:
        """What was parked under the handle, for the browser whose attempt it belongs to."""
        parked = self._with.parked.take(brand, scheme, handle)
        if parked is None:
            return self._unknown(brand, scheme)
        transaction = self._find(brand, scheme, parked.transaction_id, secret)
        if transaction is None:
            return OtherBrowser()
        return self._received(transaction, scheme, parked.outcome)

    def _find(
        self, brand: str, scheme: Scheme, transaction_id: str, secret: BrowserSecret
    ) -> LoginTransaction | None:
        """The attempt, if it is this browser's; a browser that did not begin it is written down."""
        found = self._with.transactions.find(brand, transaction_id, secret(transaction_id))
        if found is None:
            other = Failed("answer-other-browser", "this browser did not begin the login")
            self._notes.answered(brand, scheme, other)
        return found

    def _unknown(self, brand: str, scheme: Scheme) -> UnknownAnswer:
        unknown = Failed("answer-unknown", "no open request has this relay state")
        self._notes.answered(brand, scheme, unknown)
        return UnknownAnswer()

    def _received(self, transaction: LoginTransaction, scheme: Scheme, outcome: ProviderOutcome) -> Received:
        if not isinstance(outcome, Authenticated):
            return NotAuthenticated(transaction, notice_of(scheme, outcome), outcome)
        return self._second_step.judge(transaction, outcome.evidence)
