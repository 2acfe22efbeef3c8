"""Advances the pipeline until it needs nothing more from the stores."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from broker.domain.accounts import Account, AccountId
from broker.domain.identity import AccountIdentity, DigidIdentity, EherkenningIdentity, Identity
from broker.domain.second_factors import FactorKind
from broker.login.notes import LoginNotes
from broker.login.pipeline import advance
from broker.login.ports import Accounts, Relations, SecondFactors
from broker.login.progress import FindRelation, LookUp, NoAccount, Progress, Refuse
from broker.login.received import Settled
from broker.login.relation_finding import find_relation

REFUSED_ACCESS: Final = frozenset({"no-role", "no-role-within-mandate", "collectivity-not-reachable"})
"""Why somebody whom we know well enough is refused for what they may do."""


class Settler:
    """Looks up accounts, their second factors and their collectivities for the pipeline."""

    def __init__(
        self, accounts: Accounts, factors: SecondFactors, relations: Relations, notes: LoginNotes
    ) -> None:
        self._accounts = accounts
        self._factors = factors
        self._relations = relations
        self._notes = notes

    def settle(self, progress: Progress) -> Settled:
        """The pipeline's decision, after the look-ups that it may ask for, each once."""
        decision = advance(progress)
        if isinstance(decision, LookUp):
            found = self._find(progress.brand, decision.who)
            factors = self.kinds_of(found.id) if found and decision.with_factors else None
            progress = replace(progress, account=found or NoAccount(), factors=factors)
            decision = advance(progress)
        if isinstance(decision, FindRelation):
            account_id = decision.account_id
            relation = find_relation(self._relations, progress.brand, decision)
            decision = advance(replace(progress, relation=relation))
            if isinstance(decision, Refuse) and decision.reason in REFUSED_ACCESS:
                self._notes.access_refused(progress.brand, progress.portal, account_id, decision.reason)
        if isinstance(decision, LookUp | FindRelation):
            raise RuntimeError("what was looked up is known to the pipeline")  # noqa: TRY004 - not a wrong type
        return decision

    def kinds_of(self, account_id: AccountId) -> tuple[FactorKind, ...]:
        """Which kinds of second factor the owner of the account has, each once."""
        return tuple(dict.fromkeys(factor.kind for factor in self._factors.of_account(account_id)))

    def _find(self, brand: str, who: Identity) -> Account | None:
        match who:
            case DigidIdentity(bsn):
                return self._accounts.find_by_digid(brand, bsn)
            case EherkenningIdentity():
                return self._accounts.find_by_eherkenning(brand, who)
            case AccountIdentity(account_id):
                return self._accounts.get(account_id)
