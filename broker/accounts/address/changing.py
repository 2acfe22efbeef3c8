"""Asks for another address, looks at the link that confirms it, and changes it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from broker.accounts.address.links import AddressLink, AddressLinkFault, AddressWish
from broker.accounts.address.ports import AddressLetter, AddressLetterKind, Surroundings
from broker.domain.accounts import Account, AccountState
from broker.domain.email_address import EmailAddress
from broker.domain.events import (
    AddressChangeAsked,
    AddressChanged,
    AddressChangeRefused,
    AddressWanted,
    Result,
)
from broker.domain.mailbox import mailbox_of
from broker.storage.accounts import AddressTaken

_NOTICE_LIFETIME: Final = timedelta(days=3)
_REASON: Final = "address-changed"


class AddressChanges:
    """Changes addresses; whoever asks has proved just now who they are, which the caller sees to."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def ask(self, account: Account, address: EmailAddress, sid: str) -> bool:
        """Queue the mail that confirms `address`; False when this was asked too often, and nothing is done.

        Where the address is in use, its owner gets another mail instead, and the caller the same answer:
        the link is made all the same, takes the place of an older one, and nobody ever sees it.
        """
        parts, keeping, now = self._with, self._with.keeping, self._with.clock()
        if not parts.limits.may_ask(account.brand, account.id, address.text, now=now):
            return False
        owner = keeping.accounts.find_any_by_address(account.brand, address.text)
        since = keeping.passwords.changed_at(account.id)
        wish = AddressWish(account.id, account.email, address.text, sid, since)
        token, expires_at = keeping.links.make(account.brand, wish)
        in_use = owner is not None and owner.id != account.id
        letter = AddressLetter(
            kind=AddressLetterKind.IN_USE if in_use else AddressLetterKind.CONFIRM,
            brand=account.brand,
            account_type=owner.type if owner and in_use else account.type,
            to_ascii=mailbox_of(owner) if owner and in_use else address.ascii,
            expires_at=expires_at,
            token=None if in_use else token,
        )
        with keeping.together():
            parts.letters.write(letter)
            self._note_asked(account, owner if in_use else None)
        return True

    def look(self, brand: str, token: str) -> AddressLink | AddressLinkFault:
        """What the link is good for; looking changes nothing, however often (mail scanners look)."""
        keeping = self._with.keeping
        link = keeping.links.find(brand, token)
        if isinstance(link, AddressLinkFault):
            return link
        wish = link.wish
        account = keeping.accounts.get(wish.account_id)
        if account is None or account.brand != brand or account.state is not AccountState.ACTIVE:
            return AddressLinkFault.REPLACED
        # Who chose a new password may have done that because somebody else was in the account and asked.
        if account.email != wish.before or keeping.passwords.changed_at(account.id) != wish.password_since:
            return AddressLinkFault.REPLACED
        return link

    def used(self, brand: str, token: str) -> AddressLink | None:
        """The link with which an address was confirmed a moment ago."""
        return self._with.keeping.links.find_used(brand, token)

    def confirm(self, brand: str, token: str) -> AddressLink | AddressLinkFault:
        """Give the account its new address and use the link up.

        What is kept is one transaction: the link's trace, the address, the notice, the event. Other sessions
        end, since the address is what somebody logs in with and gets links at: whoever else was inside has
        to log in anew. The session that asked had a fresh proof, so its person goes on.
        """
        found = self.look(brand, token)
        outcome = found if isinstance(found, AddressLinkFault) else self._keep(brand, token, found)
        if isinstance(outcome, AddressLinkFault):
            self._with.auditor.record(
                AddressChangeRefused(brand=brand, result=Result.REFUSED, reason=outcome.value)
            )
            return outcome
        link, account = outcome
        self._with.keeping.links.mark_used(brand, token, link)
        # Once more, for who logged in meanwhile.
        self._with.sessions.end_all(account, reason=_REASON, but=link.wish.sid)
        return link

    def _keep(
        self, brand: str, token: str, link: AddressLink
    ) -> tuple[AddressLink, Account] | AddressLinkFault:
        keeping, wish = self._with.keeping, link.wish
        with keeping.together():
            # Redis may lose its last writes; a link that was used stays used (see `storage.used_messages`).
            if not keeping.used.claim(f"address-link/{brand}", token, expires_at=link.expires_at):
                return AddressLinkFault.USED
            before = keeping.accounts.get(wish.account_id)
            changed = keeping.accounts.change_address(wish.account_id, before=wish.before, after=wish.after)
            if isinstance(changed, AddressTaken):
                return AddressLinkFault.TAKEN
            if changed is None or before is None:
                return AddressLinkFault.REPLACED
            self._tell(before)
            self._with.auditor.record(
                AddressChanged(brand=brand, result=Result.SUCCESS, account_id=changed.id)
            )
            self._with.sessions.end_all(changed, reason=_REASON, but=wish.sid)
        return link, changed

    def _tell(self, before: Account) -> None:
        """The old mailbox hears of it: whoever did not do this calls the desk."""
        self._with.letters.write(
            AddressLetter(
                kind=AddressLetterKind.CHANGED,
                brand=before.brand,
                account_type=before.type,
                to_ascii=mailbox_of(before),
                expires_at=self._with.clock() + _NOTICE_LIFETIME,
            )
        )

    def _note_asked(self, account: Account, owner: Account | None) -> None:
        """Two events, since people can read those about their own account, and only those."""
        auditor, brand = self._with.auditor, account.brand
        auditor.record(AddressChangeAsked(brand=brand, result=Result.SUCCESS, account_id=account.id))
        if owner is not None:
            auditor.record(AddressWanted(brand=brand, result=Result.REFUSED, account_id=owner.id))
