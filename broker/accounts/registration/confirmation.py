"""The link in the mail: what it leads to, and the account that comes of using it."""

from __future__ import annotations

from dataclasses import dataclass

from broker.accounts.registration.links import Link, LinkFault, digest_of
from broker.accounts.registration.opening import note_account, open_account
from broker.accounts.registration.pending import PendingRegistration, Stage
from broker.accounts.registration.store import Held
from broker.accounts.registration.surroundings import Surroundings
from broker.domain.events import RegistrationLinkRefused, Result


@dataclass(frozen=True, slots=True)
class Found:
    """A link that is good, with what it confirms."""

    link: Link
    held: Held

    @property
    def registration(self) -> PendingRegistration:
        """The registration that waits for it."""
        return self.held.registration


class Confirmation:
    """Looks at links and uses them."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def look(self, brand: str, token: str) -> PendingRegistration | LinkFault:
        """What the link would confirm; looking changes nothing, however often (mail scanners look)."""
        found = self._find(brand, token)
        return found if isinstance(found, LinkFault) else found.registration

    def confirm(self, brand: str, token: str) -> PendingRegistration | LinkFault:
        """Make the account, use the link up and forget the rest.

        The word comes first: a cancel before it leaves no account, a cancel after it comes too late. Then the
        account: whoever dies in between finds the link still good, and the account is made once for a person
        however often this runs. Of several callers one gets the registration.
        """
        found = self._decide(brand, token)
        if isinstance(found, LinkFault):
            return self._refuse(brand, found)
        registration = found.registration
        made = open_account(self._with, registration)
        if made is None:
            self._with.pending.change(found.held, registration.changing(self._with.clock()))
            return self._refuse(brand, LinkFault.ADDRESS_TAKEN)
        if not self._with.links.use_up(brand, token, found.link, until=registration.expires_at):
            return self._refuse(brand, LinkFault.USED)
        if made.account.id != registration.account_id:
            # The person had got an account elsewhere. (One of ours was noted by whoever made it.)
            note_account(self._with, registration, made)
        self._with.pending.forget(brand, registration.bsn)
        return registration

    def _decide(self, brand: str, token: str) -> Found | LinkFault:
        """Make it certain that this registration is confirmed, unless another request stopped it first."""
        while True:
            found = self._find(brand, token)
            if isinstance(found, LinkFault) or found.registration.stage is Stage.CONFIRMED:
                return found
            # Whether this won or another request was faster, what is there now is looked at once more.
            self._with.pending.change(found.held, found.registration.confirmed())

    def _find(self, brand: str, token: str) -> Found | LinkFault:
        link = self._with.links.find(brand, token)
        if isinstance(link, LinkFault):
            return link
        held = self._with.pending.find(brand, link.bsn)
        if held is None:
            return LinkFault.STOPPED
        return Found(link, held) if held.registration.link == digest_of(token) else LinkFault.REPLACED

    def _refuse(self, brand: str, fault: LinkFault) -> LinkFault:
        self._with.auditor.record(
            RegistrationLinkRefused(brand=brand, result=Result.REFUSED, reason=fault.value)
        )
        return fault
