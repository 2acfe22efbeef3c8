"""Second factors that are set up: which there are, sending a code, and judging what comes back."""

from __future__ import annotations

from datetime import datetime

from broker.domain.accounts import AccountId
from broker.domain.events import RecoveryCodeUsed, Result
from broker.domain.second_factors import CodePurpose, FactorKind, SecondFactor
from broker.mfa.codes import Telephone, TelephoneCodes
from broker.mfa.guesses import Guesser, Guesses
from broker.mfa.outcomes import Delay, NotNow, Right, Sent, Spent, Wrong
from broker.mfa.ports import Surroundings
from broker.mfa.recovery_codes import digest_of
from broker.mfa.totp import matching_step, plain_code
from broker.storage.one_time_codes import CodePlace
from broker.storage.second_factors import FactorSecret

_NO_BRAND = "-"


class SecondFactors:
    """Proves that somebody has what they set up.

    `attempt` is a random id that only this person's browser leads to. For one attempt and purpose five
    guesses are judged, whatever the kinds of factor and however many codes were sent.
    """

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings
        self._guesses = Guesses(surroundings)
        self._codes = TelephoneCodes(surroundings)

    def kinds_of(self, account_id: AccountId) -> tuple[SecondFactor, ...]:
        """The factors of an account, oldest first."""
        return self._with.factors.of_account(account_id)

    def recovery_codes_left(self, account_id: AccountId) -> int:
        """How many recovery codes the account has."""
        return self._with.factors.codes_left(account_id)

    def send_code(
        self,
        attempt: str,
        factor: SecondFactor,
        *,
        account_id: AccountId,
        purpose: CodePurpose,
        now: datetime,
    ) -> Sent | NotNow:
        """Send a code to the telephone of `factor`; one that was sent before in this attempt dies.

        A refusal tells nothing about who used a budget up, and closes no other factor.
        """
        secret = self._secret(factor, account_id)
        if secret is None:
            return NotNow(Delay.SPENT)
        phone = Telephone(secret.brand, account_id, factor.id, secret.kind, secret.number)
        return self._codes.send(CodePlace(attempt, purpose.value), purpose, phone, now)

    def answer(
        self,
        attempt: str,
        factor: SecondFactor,
        code: str,
        *,
        account_id: AccountId,
        purpose: CodePurpose,
        now: datetime,
    ) -> Right | Wrong | Spent:
        """Judge a code of `factor`: counted first, compared then; a right code is right once."""
        secret = self._secret(factor, account_id)
        brand = secret.brand if secret else self._brand_of(account_id)
        place = CodePlace(attempt, purpose.value)
        guesser = Guesser(place, purpose, brand, account_id, factor.kind, factor.id)
        if secret is None:
            # Removed a moment ago: counted like any other, and never right.
            return self._guesses.judge_by(guesser, lambda: False, now)
        if factor.kind is FactorKind.TOTP:
            return self._guesses.judge_by(guesser, lambda: self._uses_step(secret, code, now), now)
        return self._guesses.judge_sent_code(guesser, plain_code(code), now)

    def use_recovery_code(
        self,
        attempt: str,
        account_id: AccountId,
        code: str,
        now: datetime,
        *,
        purpose: CodePurpose = CodePurpose.LOGIN,
    ) -> Right | Wrong | Spent:
        """Judge a recovery code and use it up; it shares the guesses of the other kinds."""
        place = CodePlace(attempt, purpose.value)
        brand = self._brand_of(account_id)
        guesser = Guesser(place, purpose, brand, account_id, FactorKind.RECOVERY, None)
        return self._guesses.judge_by(guesser, lambda: self._uses_code(guesser, code, now), now)

    def _secret(self, factor: SecondFactor, account_id: AccountId) -> FactorSecret | None:
        secret = self._with.factors.secret(factor.id)
        return secret if secret is not None and secret.account_id == account_id else None

    def _uses_step(self, secret: FactorSecret, typed: str, now: datetime) -> bool:
        step = matching_step(secret.plain, typed, now)
        return step is not None and self._with.factors.use_step(secret.factor_id, step)

    def _uses_code(self, guesser: Guesser, typed: str, now: datetime) -> bool:
        digest = digest_of(guesser.account_id, typed)
        if digest is None:
            return False
        with self._with.together():
            if not self._with.factors.use_code(guesser.account_id, digest, now):
                return False
            left = self._with.factors.codes_left(guesser.account_id)
            self._with.auditor.record(
                RecoveryCodeUsed(
                    brand=guesser.brand, result=Result.SUCCESS, account_id=guesser.account_id, left=left
                )
            )
        return True

    def _brand_of(self, account_id: AccountId) -> str:
        return self._with.factors.brand_of(account_id) or _NO_BRAND
