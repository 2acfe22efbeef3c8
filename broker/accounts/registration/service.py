"""The steps of a registration: fill in, check, mail, and either stop or confirm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto
from uuid import uuid4

from broker.accounts.registration.links import digest_of, new_token
from broker.accounts.registration.opening import open_account
from broker.accounts.registration.pending import (
    LIFETIME,
    MOST_RESENDS,
    Attempt,
    Details,
    PendingRegistration,
    Stage,
)
from broker.accounts.registration.ports import Letter
from broker.accounts.registration.store import Held
from broker.accounts.registration.surroundings import Surroundings
from broker.domain.accounts import AccountId
from broker.domain.bsn import Bsn
from broker.domain.email_address import parse_email_address
from broker.domain.events import (
    RegistrationCancelled,
    RegistrationMailAsked,
    RegistrationMailRefused,
    RegistrationOffered,
    Result,
)


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who registers where: vouched for by a provider within this attempt."""

    brand: str
    bsn: Bsn
    attempt: Attempt


class Mailing(Enum):
    """What became of the wish for a mail."""

    SENT = auto()
    TOO_OFTEN = auto()
    OVERTAKEN = auto()
    """Another request changed the registration at the same moment, or it is not at that stage."""


class RegistrationService:
    """Carries registrations on, from offer to account."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def offer(self, applicant: Applicant) -> None:
        """Somebody may make an account: what was begun within a day goes on in this attempt."""
        held = self._with.pending.find(applicant.brand, applicant.bsn)
        if held is not None:
            self._with.pending.change(held, replace(held.registration, attempt=applicant.attempt))
        self._with.auditor.record(
            RegistrationOffered(
                brand=applicant.brand,
                result=Result.SUCCESS,
                client_id=applicant.attempt.client_id,
                resumed=held is not None,
            )
        )

    def find(self, applicant: Applicant) -> PendingRegistration | None:
        """What there is of this person's registration."""
        held = self._with.pending.find(applicant.brand, applicant.bsn)
        return held.registration if held else None

    def has_account(self, applicant: Applicant) -> bool:
        """Whether the person has an account by now."""
        return self._with.accounts.find_by_digid(applicant.brand, applicant.bsn) is not None

    def fill_in(self, applicant: Applicant, details: Details) -> None:
        """Keep what the person filled in, to be checked by the person."""
        now = self._with.clock()
        held = self._with.pending.find(applicant.brand, applicant.bsn)
        if held is not None:
            changed = replace(held.registration.filled_in(details, now), attempt=applicant.attempt)
            self._change(held, changed)
            return
        self._with.pending.begin(
            PendingRegistration(
                brand=applicant.brand,
                bsn=applicant.bsn,
                account_id=AccountId(str(uuid4())),
                attempt=applicant.attempt,
                details=details,
                stage=Stage.CHECKING,
                expires_at=now + LIFETIME,
            )
        )

    def change(self, applicant: Applicant) -> None:
        """Back to the form; a link that is out does nothing any more."""
        held = self._with.pending.find(applicant.brand, applicant.bsn)
        if held is not None:
            self._change(held, held.registration.changing(self._with.clock()))

    def cancel(self, applicant: Applicant) -> bool:
        """Forget it all; a link that is out does nothing any more. False when there is an account.

        Against a confirmation at the same moment one of the two wins. One that was first is carried on: its
        process may have died before the account was made.
        """
        pending = self._with.pending
        while (held := pending.find(applicant.brand, applicant.bsn)) is not None:
            if held.registration.stage is not Stage.CONFIRMED:
                if pending.drop(held):
                    break
            elif open_account(self._with, held.registration) is not None:
                return False
            else:
                pending.change(held, held.registration.changing(self._with.clock()))
        if self.has_account(applicant):
            return False
        self._with.auditor.record(
            RegistrationCancelled(
                brand=applicant.brand, result=Result.SUCCESS, client_id=applicant.attempt.client_id
            )
        )
        return True

    def mail(self, applicant: Applicant, *, again: bool) -> Mailing:
        """Send the first mail of checked details, or with `again` one more of them."""
        held = self._with.pending.find(applicant.brand, applicant.bsn)
        expected = Stage.MAILED if again else Stage.CHECKING
        if held is None or held.registration.stage is not expected:
            return Mailing.OVERTAKEN
        if again and held.registration.resends >= MOST_RESENDS:
            return self._too_often(applicant, "resends")
        if not self._with.pending.may_mail(applicant.brand, applicant.bsn):
            return self._too_often(applicant, "mails-a-day")
        return self._mail(applicant, held)

    def _change(self, held: Held, changed: PendingRegistration) -> None:
        """Keep a change of the person's, unless the link was used meanwhile: then it comes too late."""
        if held.registration.stage is not Stage.CONFIRMED:
            self._with.pending.change(held, changed)

    def _mail(self, applicant: Applicant, held: Held) -> Mailing:
        """The same work whether or not the address has an account; only the words of the mail differ."""
        now = self._with.clock()
        token = new_token(now + LIFETIME)
        mailed = held.registration.mailed(digest_of(token), now)
        if not self._with.pending.change(held, mailed):
            return Mailing.OVERTAKEN
        brand, email = applicant.brand, mailed.details.email
        self._with.links.keep(brand, token, applicant.bsn, expires_at=mailed.expires_at)
        in_use = self._with.accounts.is_address_in_use(brand, email)
        to, link = parse_email_address(email).ascii, None if in_use else token
        letter = Letter(brand, applicant.attempt.portal, to, link, mailed.expires_at)
        with self._with.together():
            self._with.letters.write(letter)
            self._with.auditor.record(
                RegistrationMailAsked(
                    brand=brand,
                    result=Result.SUCCESS,
                    client_id=applicant.attempt.client_id,
                    address_in_use=in_use,
                )
            )
        return Mailing.SENT

    def _too_often(self, applicant: Applicant, reason: str) -> Mailing:
        self._with.auditor.record(
            RegistrationMailRefused(
                brand=applicant.brand,
                result=Result.REFUSED,
                client_id=applicant.attempt.client_id,
                reason=reason,
            )
        )
        return Mailing.TOO_OFTEN
