"""Carries out what the pipeline asks for: look-ups, journeys upstream, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from broker.domain.accounts import Account
from broker.domain.assurance import Scheme
from broker.domain.clock import Clock
from broker.domain.events import ProviderAnswered, Result, SentUpstream, TurnedAway
from broker.domain.identity import (
    Authenticated,
    Cancelled,
    DigidIdentity,
    Evidence,
    Failed,
    ProviderOutcome,
    Unavailable,
)
from broker.login.guarded_provider import Closed
from broker.login.outcomes import notice_of, reason_of
from broker.login.pipeline import advance
from broker.login.ports import Accounts, Auditor, Providers
from broker.login.progress import (
    AskProvider,
    EarlierLogin,
    GoUpstream,
    Grant,
    LookUp,
    NoAccount,
    OfferRegistration,
    Progress,
    Refuse,
)
from broker.login.transaction import LoginTransaction, Wish
from broker.login.transactions import Transactions
from broker.login.upstream_requests import UpstreamRequests, new_relay_state
from broker.providers.base import ArtifactAnswer, Send

Settled = AskProvider | GoUpstream | OfferRegistration | Refuse | Grant
"""A decision that needs nothing more from the store."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A portal's wish that somebody logs in."""

    brand: str
    portal: str
    client_id: str
    wish: Wish
    answer_to: bytes


@dataclass(frozen=True, slots=True)
class UnknownAnswer:
    """An answer to nothing that is open here: made up, late, or used before."""


@dataclass(frozen=True, slots=True)
class OtherBrowser:
    """An answer brought by a browser that did not begin this login (login CSRF). The request is used up."""


@dataclass(frozen=True, slots=True)
class NotAuthenticated:
    """The provider did not vouch for anybody; the attempt goes on, with a message.

    `outcome` is what the provider gave; None when it vouched and the pipeline wanted more.
    """

    transaction: LoginTransaction
    notice: str
    outcome: Cancelled | Failed | Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """The provider vouched for somebody and the pipeline decided."""

    transaction: LoginTransaction
    evidence: Evidence
    decision: Settled


Received = UnknownAnswer | OtherBrowser | NotAuthenticated | Judged
BrowserSecret = Callable[[str], str | None]
"""Gives the secret of this browser's cookie for a transaction id."""


class LoginService:
    """Runs login attempts from a portal's request to a decision."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        upstream: UpstreamRequests,
        providers: Providers,
        accounts: Accounts,
        auditor: Auditor,
        clock: Clock,
    ) -> None:
        self.transactions = transactions
        self._upstream = upstream
        self._providers = providers
        self._accounts = accounts
        self._auditor = auditor
        self._clock = clock

    def arrive(self, visit: Visit, earlier: EarlierLogin | None) -> Settled:
        """The first look at a portal's wish, before anything is asked of the person."""
        return self._settle(Progress(visit.brand, visit.portal, visit.wish, self._clock(), earlier))

    def closed(self, brand: str, scheme: Scheme) -> Closed | None:
        """Why this way of logging in cannot be chosen now; None when it can."""
        provider = self._providers.get((brand, scheme))
        return provider.closed(self._clock()) if provider else None

    def send_upstream(
        self, transaction: LoginTransaction, scheme: Scheme, client_id: str
    ) -> Send | Refuse | Closed:
        """The way to the chosen provider, with the request stored for one answer."""
        now = self._clock()
        # A running login is left out on purpose: whoever presses the button wants a new one.
        progress = Progress(transaction.brand, transaction.portal, transaction.wish, now, chosen=scheme)
        decision = self._settle(progress)
        provider = self._providers.get((transaction.brand, scheme))
        if not isinstance(decision, GoUpstream) or provider is None:
            return decision if isinstance(decision, Refuse) else Refuse("provider-not-allowed")
        if closed := provider.admit(now):
            self._note_turned_away(transaction.brand, scheme, client_id, closed)
            return closed
        relay_state = new_relay_state()
        begun = provider.begin(decision.required, relay_state=relay_state, now=now)
        self._upstream.keep(relay_state, transaction, begun.sent, until=transaction.expires_at)
        self._auditor.record(
            SentUpstream(
                brand=transaction.brand,
                result=Result.SUCCESS,
                client_id=client_id,
                scheme=scheme.value,
                level=decision.required.level.label,
            )
        )
        return begun.send

    def receive(
        self, brand: str, scheme: Scheme, relay_state: str, answer: ArtifactAnswer, secret: BrowserSecret
    ) -> Received:
        """Judge a provider's answer. The stored request is used up first, whatever the answer is worth."""
        outstanding = self._upstream.take(brand, relay_state)
        provider = self._providers.get((brand, scheme))
        if outstanding is None or provider is None:
            self._note(brand, scheme, Failed("answer-unknown", "no open request has this relay state"))
            return UnknownAnswer()
        transaction = self.transactions.find(
            brand, outstanding.transaction_id, secret(outstanding.transaction_id)
        )
        if transaction is None:
            self._note(brand, scheme, Failed("answer-other-browser", "this browser did not begin the login"))
            return OtherBrowser()
        outcome = provider.complete(answer, outstanding.sent, now=self._clock())
        self._note(brand, scheme, outcome)
        if not isinstance(outcome, Authenticated):
            return NotAuthenticated(transaction, notice_of(scheme, outcome), outcome)
        evidence = outcome.evidence
        progress = Progress(brand, transaction.portal, transaction.wish, self._clock(), evidence=evidence)
        return Judged(transaction, evidence, self._settle(progress))

    def resume(self, transaction: LoginTransaction) -> Judged | None:
        """Judge the evidence that waited with this attempt once more; None when there is none."""
        evidence = transaction.evidence
        if evidence is None:
            return None
        now = self._clock()
        progress = Progress(transaction.brand, transaction.portal, transaction.wish, now, evidence=evidence)
        return Judged(transaction, evidence, self._settle(replace(progress, evidence_was_kept=True)))

    def _settle(self, progress: Progress) -> Settled:
        decision = advance(progress)
        if isinstance(decision, LookUp):
            found = self._find(progress.brand, decision)
            decision = advance(replace(progress, account=found or NoAccount()))
        if isinstance(decision, LookUp):
            raise RuntimeError("the account was looked up and is known to the pipeline")  # noqa: TRY004 - not a wrong type
        return decision

    def _find(self, brand: str, look_up: LookUp) -> Account | None:
        if isinstance(look_up.who, DigidIdentity):
            return self._accounts.find_by_digid(brand, look_up.who.bsn)
        return self._accounts.get(look_up.who)

    def _note(self, brand: str, scheme: Scheme, outcome: ProviderOutcome) -> None:
        accepted = isinstance(outcome, Authenticated)
        self._auditor.record(
            ProviderAnswered(
                brand=brand,
                result=Result.SUCCESS if accepted else Result.REFUSED,
                scheme=scheme.value,
                outcome=type(outcome).__name__.lower(),
                reason=None if isinstance(outcome, Authenticated) else reason_of(outcome),
                level=outcome.evidence.assurance.level.label if isinstance(outcome, Authenticated) else None,
            )
        )

    def _note_turned_away(self, brand: str, scheme: Scheme, client_id: str, closed: Closed) -> None:
        self._auditor.record(
            TurnedAway(
                brand=brand,
                result=Result.REFUSED,
                client_id=client_id,
                scheme=scheme.value,
                reason=closed.reason,
            )
        )
