"""Second factors that go: removed by their owner, or all reset by somebody who may; new recovery codes.

Whoever asks for any of this has been asked first for a fresh proof, or for the right to do it to others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from broker.domain.accounts import Account, AccountId
from broker.domain.events import RecoveryCodesReplaced, Result, SecondFactorRemoved
from broker.domain.second_factors import SecondFactor
from broker.mfa.number_notices import NumberNotices
from broker.mfa.ports import Surroundings, lock_of
from broker.mfa.recovery_codes import digests_of, new_codes
from broker.storage.allowances import Limit
from broker.storage.record_keys import RecordKey, RecordKind

NEW_SETS: Final = Limit(most=5, window=timedelta(hours=1))
"""How often an account gets new recovery codes: hashing ten of them is slow on purpose."""


class Removal(StrEnum):
    """Why a factor goes."""

    BY_OWNER = "by-owner"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class PreparedCodes:
    """New recovery codes of one account with their hashes, worth nothing until they are stored."""

    account: Account
    codes: tuple[str, ...] = field(repr=False)
    digests: tuple[bytes, ...] = field(repr=False)


class FactorUpkeep:
    """Removes factors and renews recovery codes."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings
        self._notices = NumberNotices(surroundings)

    def remove(
        self,
        account: Account,
        factor_id: str,
        *,
        now: datetime,
        may_leave: Callable[[tuple[SecondFactor, ...]], bool] = lambda _: True,
    ) -> bool:
        """Remove one factor of this account; with the last one the recovery codes go as well.

        True for the caller who removed it. `may_leave` judges what would be left, under the lock: of two who
        remove the last two at once, the second is judged by what the first left.
        """
        with self._with.together(lock=lock_of(account.id)):
            owned = self._with.factors.of_account(account.id)
            found = next((factor for factor in owned if factor.id == factor_id), None)
            if found is None or not may_leave(tuple(one for one in owned if one is not found)):
                return False
            self._drop(account, found, Removal.BY_OWNER, now)
            if len(owned) == 1:
                self._with.factors.replace_codes(account.id, ())
        return True

    def reset(self, account: Account, *, now: datetime, by: AccountId | None = None) -> int:
        """Remove all factors and recovery codes, so that the next login sets one up; answers how many.

        `by`: the administrator who did, where that is an account.
        """
        with self._with.together(lock=lock_of(account.id)):
            owned = self._with.factors.of_account(account.id)
            for factor in owned:
                self._drop(account, factor, Removal.RESET, now, by=by)
            self._with.factors.replace_codes(account.id, ())
        return len(owned)

    def prepare_codes(self, account: Account, *, now: datetime) -> PreparedCodes | None:
        """Ten new codes, hashed; None when the account had too many sets already, counted before hashing.

        Never to be called within a transaction, which would keep every other writer waiting.
        """
        counter = RecordKey(RecordKind.COUNTER, account.brand, f"recovery codes {account.id}")
        if self._with.allowances.take(counter, NEW_SETS, now=now) is not None:
            return None
        codes = new_codes()
        return PreparedCodes(account, codes, digests_of(account.id, codes))

    def store_codes(self, prepared: PreparedCodes) -> bool:
        """Keep them: from now on all older codes are worth nothing. False for who has no factor."""
        account = prepared.account
        with self._with.together(lock=lock_of(account.id)):
            if not self._with.factors.of_account(account.id):
                return False
            self._with.factors.replace_codes(account.id, prepared.digests)
            self._with.auditor.record(
                RecoveryCodesReplaced(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
            )
        return True

    def _drop(
        self,
        account: Account,
        factor: SecondFactor,
        why: Removal,
        now: datetime,
        *,
        by: AccountId | None = None,
    ) -> None:
        self._notices.tell(factor, now)
        self._with.factors.remove(factor.id)
        self._with.auditor.record(
            SecondFactorRemoved(
                brand=account.brand,
                result=Result.SUCCESS,
                account_id=account.id,
                actor_account_id=by,
                factor=factor.kind.value,
                reason=why.value,
            )
        )
