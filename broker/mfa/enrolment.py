"""Setting a second factor up: offer, confirm with a code, or cancel; nothing is kept before the code.

A new factor takes the place of an older one of its kind: that is how somebody changes number or telephone.
Whoever lets people begin has asked them first for a fresh proof of what they have.
"""

from __future__ import annotations

from collections.abc import Mapping

from broker.domain.accounts import Account
from broker.domain.clock import Clock
from broker.domain.events import Result, SecondFactorEnrolled, SecondFactorRemoved
from broker.domain.second_factors import CodePurpose, FactorKind, SecondFactor
from broker.mfa.codes import Telephone, TelephoneCodes
from broker.mfa.guesses import Guesser, Guesses
from broker.mfa.number_notices import NumberNotices
from broker.mfa.outcomes import (
    BadNumber,
    Delay,
    Enrolled,
    NotNow,
    Right,
    Sent,
    Spent,
    SpentBy,
    TotpOffer,
    Wrong,
)
from broker.mfa.pending_enrolment import PendingEnrolment, PendingEnrolments
from broker.mfa.phone_numbers import InvalidPhoneNumber, parse_phone_number
from broker.mfa.ports import FactorLetters, Surroundings, lock_of
from broker.mfa.recovery_codes import digests_of, new_codes
from broker.mfa.totp import matching_step, new_secret, otpauth_uri, plain_code, qr_svg, secret_text
from broker.storage.one_time_codes import CodePlace

_PURPOSE = CodePurpose.ENROLMENT


class Enrolments:
    """Adds second factors to accounts.

    `attempt` is a random id that only this person's browser leads to, new for every factor that is set up,
    and never used for another account. Five codes are judged in it, whatever is begun anew in between.
    """

    def __init__(
        self,
        surroundings: Surroundings,
        clock: Clock,
        brand_names: Mapping[str, str],
        letters: FactorLetters | None = None,
    ) -> None:
        """`brand_names`: what people call each brand; apps show it. `letters` None: nobody is told."""
        self._with = surroundings
        self._clock = clock
        self._brand_names = brand_names
        self._letters = letters
        self._pending = PendingEnrolments(surroundings.records)
        self._codes = TelephoneCodes(surroundings)
        self._guesses = Guesses(surroundings)
        self._notices = NumberNotices(surroundings)

    def begin_totp(self, attempt: str, account: Account) -> TotpOffer:
        """A new secret for an authenticator app, to be shown once; an earlier offer of this attempt dies."""
        secret = new_secret()
        owned = self._with.factors.of_account(account.id)
        pending = PendingEnrolment.begin(account, FactorKind.TOTP, secret, owned)
        self._pending.keep(attempt, pending, now=self._clock())
        issuer = self._brand_names.get(account.brand, account.brand)
        uri = otpauth_uri(secret, account_name=account.email, issuer=issuer)
        return TotpOffer(secret_text(secret), uri, qr_svg(uri))

    def begin_phone(
        self, attempt: str, account: Account, number: str, kind: FactorKind
    ) -> Sent | BadNumber | NotNow:
        """Send a code to `number`, as somebody typed it; `kind` says whether by text or by call."""
        try:
            phone = parse_phone_number(number, kind)
        except InvalidPhoneNumber as refused:
            return BadNumber(refused.fault)
        owned = self._with.factors.of_account(account.id)
        pending = PendingEnrolment.begin(account, kind, phone.e164.encode("ascii"), owned)
        return self._send(attempt, pending)

    def resend(self, attempt: str) -> Sent | NotNow:
        """Send another code to the same number; the one before it dies."""
        pending = self._pending.find(attempt)
        if pending is None or pending.kind is FactorKind.TOTP:
            return NotNow(Delay.SPENT)
        return self._send(attempt, pending)

    def confirm(self, attempt: str, code: str) -> Enrolled | Wrong | Spent:
        """Keep the factor when the code is right; of any number of callers at once one does.

        `Enrolled.recovery_codes` come with the first factor of an account.
        """
        pending = self._pending.find(attempt)
        if pending is None:
            return Spent(SpentBy.GONE)
        now = self._clock()

        def step() -> int | None:
            return matching_step(pending.secret, code, now)

        guesser = self._guesser(attempt, pending)
        by_app = pending.kind is FactorKind.TOTP
        if by_app:
            judged = self._guesses.judge_by(guesser, lambda: step() is not None, now)
        else:
            judged = self._guesses.judge_sent_code(guesser, plain_code(code), now)
        if not isinstance(judged, Right):
            return judged
        if not self._pending.take(attempt, pending):
            return Spent(SpentBy.GONE)
        return self._keep(pending, step() if by_app else None)

    def cancel(self, attempt: str) -> None:
        """Forget it; a code that is out confirms nothing any more."""
        self._pending.forget(attempt)

    def _send(self, attempt: str, pending: PendingEnrolment) -> Sent | NotNow:
        now = self._clock()
        phone = Telephone(pending.brand, pending.account_id, pending.id, pending.kind, pending.number)
        return self._codes.send(
            CodePlace(attempt, _PURPOSE.value),
            _PURPOSE,
            phone,
            now,
            prepare=lambda: self._pending.keep(attempt, pending, now=now),
        )

    def _guesser(self, attempt: str, pending: PendingEnrolment) -> Guesser:
        place = CodePlace(attempt, _PURPOSE.value)
        return Guesser(place, _PURPOSE, pending.brand, pending.account_id, pending.kind, pending.id)

    def _keep(self, pending: PendingEnrolment, step: int | None) -> Enrolled | Spent:
        """All in one transaction, under a lock: two who enrol at once do not undo one another unseen."""
        account_id, codes = pending.account_id, () if pending.owned else new_codes()
        # Slow on purpose, so before the transaction and not within it.
        digests = digests_of(account_id, codes)
        with self._with.together(lock=lock_of(account_id)):
            owned = self._with.factors.of_account(account_id)
            if not pending.is_still_about(owned):
                return Spent(SpentBy.OVERTAKEN)
            same = [factor for factor in owned if factor.kind is pending.kind]
            for factor in same:
                self._replace(pending, factor)
            self._add(pending, step)
            if codes:
                self._with.factors.replace_codes(account_id, digests)
            self._with.auditor.record(
                SecondFactorEnrolled(
                    brand=pending.brand,
                    result=Result.SUCCESS,
                    account_id=account_id,
                    factor=pending.kind.value,
                    replaces=bool(same),
                )
            )
            if self._letters is not None:
                self._letters.factor_added(account_id, pending.kind, replaces=bool(same))
        return Enrolled(pending.kind, codes)

    def _add(self, pending: PendingEnrolment, step: int | None) -> None:
        now, account_id = self._clock(), pending.account_id
        if step is not None:
            added = self._with.factors.add_totp(account_id, pending.secret, step, now)
        else:
            added = self._with.factors.add_phone(account_id, pending.kind, pending.number, now)
        if added is None:
            raise RuntimeError("a factor of this kind came in spite of the lock")

    def _replace(self, pending: PendingEnrolment, factor: SecondFactor) -> None:
        number = None if pending.kind is FactorKind.TOTP else pending.number
        self._notices.tell(factor, self._clock(), new_number=number)
        self._with.factors.remove(factor.id)
        self._with.auditor.record(
            SecondFactorRemoved(
                brand=pending.brand,
                result=Result.SUCCESS,
                account_id=factor.account_id,
                factor=factor.kind.value,
                reason="replaced",
            )
        )
