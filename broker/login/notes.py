"""What is written down of a login on its way: the events of the login service."""

from __future__ import annotations

from broker.domain.accounts import AccountId
from broker.domain.assurance import Assurance, Scheme
from broker.domain.auditing import Auditor
from broker.domain.events import (
    AccessRefused,
    ProviderAnswered,
    RelationChosen,
    Result,
    SecondFactorAsked,
    SecondFactorGiven,
    SecondFactorRefused,
    SentUpstream,
    TurnedAway,
)
from broker.domain.identity import Authenticated, ProviderOutcome
from broker.domain.second_factors import FactorKind
from broker.login.guarded_provider import Closed
from broker.login.outcomes import reason_of


class LoginNotes:
    """Each method writes one event down, or raises and so stops the act."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor

    def sent_upstream(self, brand: str, client_id: str, required: Assurance) -> None:
        """Somebody is on the way to a provider."""
        self._auditor.record(
            SentUpstream(
                brand=brand,
                result=Result.SUCCESS,
                client_id=client_id,
                scheme=required.scheme.value,
                level=required.level.label,
            )
        )

    def turned_away(self, brand: str, client_id: str, scheme: Scheme, closed: Closed) -> None:
        """Somebody chose a way that is closed."""
        self._auditor.record(
            TurnedAway(
                brand=brand,
                result=Result.REFUSED,
                client_id=client_id,
                scheme=scheme.value,
                reason=closed.reason,
            )
        )

    def answered(self, brand: str, scheme: Scheme, outcome: ProviderOutcome) -> None:
        """What a provider made of an answer."""
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

    def factor_asked(self, brand: str, account_id: AccountId, kinds: tuple[FactorKind, ...]) -> None:
        """A second factor is wanted."""
        self._auditor.record(
            SecondFactorAsked(
                brand=brand,
                result=Result.SUCCESS,
                account_id=account_id,
                factors=" ".join(kind.value for kind in kinds),
            )
        )

    def factor_given(self, brand: str, account_id: AccountId, kind: FactorKind, reached: Assurance) -> None:
        """A second factor was right."""
        self._auditor.record(
            SecondFactorGiven(
                brand=brand,
                result=Result.SUCCESS,
                account_id=account_id,
                factor=kind.value,
                level=reached.level.label,
            )
        )

    def factor_refused(self, brand: str, account_id: AccountId, kind: FactorKind, reason: str) -> None:
        """A second factor was right and of no use."""
        self._auditor.record(
            SecondFactorRefused(
                brand=brand,
                result=Result.REFUSED,
                account_id=account_id,
                factor=kind.value,
                reason=reason,
            )
        )

    def access_refused(self, brand: str, portal: str, account_id: AccountId, reason: str) -> None:
        """Somebody is known well enough and may not come in."""
        self._auditor.record(
            AccessRefused(
                brand=brand, result=Result.REFUSED, account_id=account_id, portal=portal, reason=reason
            )
        )

    def relation_chosen(self, brand: str, portal: str, account_id: AccountId, collectivity: str) -> None:
        """Somebody chose for which collectivity to work."""
        self._auditor.record(
            RelationChosen(
                brand=brand,
                result=Result.SUCCESS,
                account_id=account_id,
                portal=portal,
                collectivity=collectivity,
            )
        )
