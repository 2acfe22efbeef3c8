"""Evidence that has to wait: judged, kept with its attempt, raised by a second factor, judged again."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from broker.domain.clock import Clock
from broker.domain.factor_strength import level_by
from broker.domain.identity import AccountIdentity, Evidence
from broker.domain.second_factors import FactorKind
from broker.login.notes import LoginNotes
from broker.login.ports import Passwords, RunningSessions
from broker.login.progress import (
    AskCollectivity,
    AskSecondFactor,
    EarlierLogin,
    Grant,
    OfferBinding,
    OfferEnrolment,
    Progress,
    Refuse,
)
from broker.login.received import Judged, Settled
from broker.login.settling import Settler
from broker.login.transaction import LoginTransaction
from broker.login.transactions import Lent, Transactions

OVERTAKEN: Final = "login-overtaken"
"""The reason to refuse what was proven before a password was changed, or a session ended."""


class SecondStep:
    """What happens between the answer of a provider and the door."""

    def __init__(
        self,
        transactions: Transactions,
        settler: Settler,
        sessions: RunningSessions,
        passwords: Passwords,
        notes: LoginNotes,
        clock: Clock,
    ) -> None:
        self._transactions = transactions
        self._settler = settler
        self._sessions = sessions
        self._passwords = passwords
        self._notes = notes
        self._clock = clock

    def judge(self, transaction: LoginTransaction, evidence: Evidence) -> Judged:
        """Decide on evidence that came in just now; what needs a second factor waits with the attempt."""
        progress = Progress(
            transaction.brand, transaction.portal, transaction.wish, self._clock(), evidence=evidence
        )
        decision = self._settler.settle(progress)
        if isinstance(decision, AskSecondFactor | OfferEnrolment | OfferBinding | AskCollectivity):
            transaction = self._transactions.keep_evidence(transaction, evidence)
        self.note_asked(transaction.brand, evidence, decision)
        return Judged(transaction, evidence, decision)

    def resume(self, transaction: LoginTransaction) -> Judged | None:
        """Judge the evidence that waited with this attempt once more; None when there is none."""
        evidence = transaction.evidence
        return None if evidence is None else self._judge_kept(transaction, evidence, self._clock())

    def given(self, transaction: LoginTransaction, kind: FactorKind, now: datetime) -> Judged | None:
        """Raise the evidence of this attempt by a factor that its owner has just shown, and judge it.

        The caller has checked the code of a factor of this very account. A kind that the account does not
        have (any more) raises nothing and is refused. None when no evidence of an account waits.
        """
        before = self.resume(transaction)
        if before is None or not isinstance(before.evidence.identity, AccountIdentity):
            return None
        account_id = before.evidence.identity.account_id
        owned = self._settler.kinds_of(account_id)
        refusal = before.decision if isinstance(before.decision, Refuse) else None
        if refusal is None and not (kind in owned or (owned and kind is FactorKind.RECOVERY)):
            refusal = Refuse("second-factor-gone")
        if refusal is not None:
            self._notes.factor_refused(transaction.brand, account_id, kind, refusal.reason)
            return replace(before, decision=refusal)
        raised = before.evidence.strengthened(level_by(kind, owned), now)
        self._notes.factor_given(transaction.brand, account_id, kind, raised.assurance)
        changed = self._transactions.raise_evidence(transaction, before.evidence, raised)
        if changed is None:
            return Judged(transaction, before.evidence, Refuse(OVERTAKEN))
        after = self._judge_kept(changed, raised, now)
        self.note_asked(transaction.brand, raised, after.decision)
        return after

    def chosen(self, transaction: LoginTransaction, number: str) -> Judged | None:
        """Judge what waits once more, for the collectivity that the person chose among their own.

        One that is not theirs (any more) is refused. None when nothing waits for a choice.
        """
        before = self.resume(transaction)
        if before is None or not isinstance(before.decision, AskCollectivity | Grant):
            return before
        wish = transaction.wish
        if wish.relation is None:
            return before
        asked = replace(wish, relation=replace(wish.relation, asked=number))
        after = self._judge_kept(replace(transaction, wish=asked), before.evidence, self._clock())
        decision = after.decision
        if isinstance(decision, Grant) and decision.relation is not None:
            account_id, found = decision.account.id, decision.relation.number.number
            self._notes.relation_chosen(transaction.brand, transaction.portal, account_id, found)
        return after

    def note_asked(self, brand: str, evidence: Evidence, decision: Settled) -> None:
        """Write down that a second factor is wanted, if it is."""
        if isinstance(decision, AskSecondFactor) and isinstance(evidence.identity, AccountIdentity):
            self._notes.factor_asked(brand, evidence.identity.account_id, decision.kinds)

    def _judge_kept(self, transaction: LoginTransaction, evidence: Evidence, now: datetime) -> Judged:
        brand, sid = transaction.brand, transaction.steps_up
        if sid is not None and self._sessions.find_by_sid(brand, sid, now=now) is None:
            # Whoever logged out meanwhile has nothing left to build on.
            return Judged(transaction, evidence, Refuse(OVERTAKEN))
        if (sid is None or evidence.password_mark is not None) and self._is_of_an_old_password(evidence):
            return Judged(transaction, evidence, Refuse(OVERTAKEN))
        progress = Progress(
            brand,
            transaction.portal,
            transaction.wish,
            now,
            evidence=evidence,
            evidence_was_kept=True,
            lent_at=transaction.started_at if sid is not None else None,
        )
        return Judged(transaction, evidence, self._settler.settle(progress))

    def _is_of_an_old_password(self, evidence: Evidence) -> bool:
        """Whether the account has another password than the one that was judged, whatever any clock says.

        What a session lent needs no look: changing a password ends the session.
        """
        if not isinstance(evidence.identity, AccountIdentity):
            return False
        mark = evidence.password_mark
        return mark is None or self._passwords.mark(evidence.identity.account_id) != mark


def lent_by(brand: str, earlier: EarlierLogin) -> Lent:
    """What the running session proves: the account, at the level and the moment of its login."""
    identity = AccountIdentity(earlier.account_id)
    evidence = Evidence(
        brand, identity, earlier.assurance, earlier.authenticated_at, represents=earlier.represents
    )
    return Lent(evidence, earlier.sid)
