"""Judging what somebody typed: counted first, then compared, and told to the audit log unless it is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from broker.domain.accounts import AccountId
from broker.domain.events import Result, SecondFactorCodeRefused
from broker.domain.second_factors import CodePurpose, FactorKind
from broker.mfa.outcomes import Right, Spent, SpentBy, Wrong
from broker.mfa.ports import Surroundings
from broker.storage.allowances import Limit
from broker.storage.one_time_codes import CodeOf, CodePlace, GuessedRight, GuessedWrong, GuessesSpent
from broker.storage.record_keys import RecordKey, RecordKind

WRONG_A_DAY: Final = Limit(20, timedelta(days=1))
"""Wrong codes of one kind for one account (B4-05). Whoever guesses has the password already; the account's
other kinds, its recovery codes too, stay open to its owner."""


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who types a code, where, for what and of which kind; `factor_id` None for a recovery code."""

    place: CodePlace
    purpose: CodePurpose
    brand: str
    account_id: AccountId
    kind: FactorKind
    factor_id: str | None


class Guesses:
    """Judges codes. All kinds share the five guesses of an attempt and purpose."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def judge_sent_code(self, guesser: Guesser, typed: str, now: datetime) -> Right | Wrong | Spent:
        """Judge a code that went to a telephone; the count and the comparison are one step in Redis."""
        code = CodeOf(guesser.account_id, guesser.factor_id or "", typed)
        return self._judge(guesser, lambda: self._with.codes.judge(guesser.place, code, now=now), now)

    def judge_by(
        self, guesser: Guesser, is_right: Callable[[], bool], now: datetime
    ) -> Right | Wrong | Spent:
        """Judge what `is_right` compares, which also uses it up; it is asked after the guess was counted."""

        def count_and_compare() -> GuessedRight | GuessedWrong | GuessesSpent:
            counted = self._with.codes.count_guess(guesser.place, now=now)
            return GuessedRight() if isinstance(counted, GuessedWrong) and is_right() else counted

        return self._judge(guesser, count_and_compare, now)

    def _judge(
        self,
        guesser: Guesser,
        judge: Callable[[], GuessedRight | GuessedWrong | GuessesSpent],
        now: datetime,
    ) -> Right | Wrong | Spent:
        """Every guess is a wrong one of the day until it turns out right: many at once pass no limit."""
        if not self._within_the_day(guesser, now):
            return self._refused(guesser, Spent(SpentBy.DAY))
        match judge():
            case GuessedRight():
                self._take_back(guesser, now)
                return Right(guesser.kind)
            case GuessesSpent():
                self._take_back(guesser, now)
                return self._refused(guesser, Spent())
            case GuessedWrong(left=left, no_code=no_code):
                return self._refused(guesser, Wrong(left, expired=no_code))

    def _within_the_day(self, guesser: Guesser, now: datetime) -> bool:
        if guesser.purpose is CodePurpose.ENROLMENT:
            # Whoever mistypes the code of a new factor must still get in with the old one.
            return True
        return self._with.allowances.take(_day_counter(guesser), WRONG_A_DAY, now=now) is None

    def _take_back(self, guesser: Guesser, now: datetime) -> None:
        if guesser.purpose is not CodePurpose.ENROLMENT:
            self._with.allowances.give_back(_day_counter(guesser), now=now)

    def _refused(self, guesser: Guesser, outcome: Wrong | Spent) -> Wrong | Spent:
        self._with.auditor.record(
            SecondFactorCodeRefused(
                brand=guesser.brand,
                result=Result.REFUSED,
                account_id=guesser.account_id,
                factor=guesser.kind.value,
                purpose=guesser.purpose.value,
                reason=_reason(outcome),
            )
        )
        return outcome


def _reason(outcome: Wrong | Spent) -> str:
    if isinstance(outcome, Spent):
        return f"spent-{outcome.reason.value}"
    return "no-code" if outcome.expired else "wrong"


def _day_counter(guesser: Guesser) -> RecordKey:
    return RecordKey(
        RecordKind.COUNTER, guesser.brand, f"wrong codes {guesser.kind.value} {guesser.account_id}"
    )
