"""Advances the pipeline until it needs nothing more from the stores."""

from __future__ import annotations

from dataclasses import replace

from broker.domain.accounts import Account, AccountId
from broker.domain.identity import AccountIdentity, DigidIdentity, EherkenningIdentity, Identity
from broker.domain.second_factors import FactorKind
from broker.login.pipeline import advance
from broker.login.ports import Accounts, SecondFactors
from broker.login.progress import LookUp, NoAccount, Progress
from broker.login.received import Settled


class Settler:
    """Looks up accounts and their second factors for the pipeline."""

    def __init__(self, accounts: Accounts, factors: SecondFactors) -> None:
        self._accounts = accounts
        self._factors = factors

    def settle(self, progress: Progress) -> Settled:
        """The pipeline's decision, after the one look-up that it may ask for."""
        decision = advance(progress)
        if isinstance(decision, LookUp):
            found = self._find(progress.brand, decision.who)
            factors = self.kinds_of(found.id) if found and decision.with_factors else None
            decision = advance(replace(progress, account=found or NoAccount(), factors=factors))
        if isinstance(decision, LookUp):
            raise RuntimeError("the account was looked up and is known to the pipeline")  # noqa: TRY004 - not a wrong type
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
