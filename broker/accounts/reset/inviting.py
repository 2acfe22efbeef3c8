"""An operator invites somebody: an account that waits for its owner, and the mail with the link to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import uuid4

from broker.accounts.reset.links import Errand, Purpose
from broker.accounts.reset.ports import Letter, LetterKind
from broker.accounts.reset.surroundings import Surroundings
from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.events import AccountAdded, AccountInvited, Result
from broker.domain.mailbox import mailbox_of
from broker.domain.staff import entrance_of
from broker.storage.accounts import AddressTaken


@dataclass(frozen=True, slots=True)
class Invitation:
    """Who is invited to which brand; `portal` is the one that the mail names, where it is known.

    Staff are invited to the entrance of their brand (`broker.domain.staff`).
    """

    brand: str
    name: str = field(repr=False)
    email: str = field(repr=False)
    portal: str | None = None

    @property
    def account_type(self) -> AccountType:
        """Which kind of account comes of it."""
        return AccountType.STAFF if self.portal == entrance_of(self.brand) else AccountType.BUSINESS


@dataclass(frozen=True, slots=True)
class Invited:
    """The account; `again`: it waited already, and the link that it had is dead."""

    account: Account
    again: bool


class Invitations:
    """Invites people."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def invite(self, invitation: Invitation) -> Invited | AddressTaken:
        """Make the account and queue the mail, in one transaction; who was invited before gets a new link.

        `AddressTaken` when the address belongs to an account that does not wait for its owner.
        """
        parts, brand = self._with, invitation.brand
        with parts.together():
            is_staff = invitation.account_type is AccountType.STAFF
            add = parts.accounts.add_staff if is_staff else parts.accounts.add_business
            made = add(
                brand,
                invitation.name,
                invitation.email,
                state=AccountState.INVITED,
                new_id=AccountId(str(uuid4())),
            )
            again = isinstance(made, AddressTaken)
            account = parts.accounts.find_by_address(brand, invitation.email) if again else made
            if not isinstance(account, Account) or not _waits_for(account, invitation):
                return AddressTaken()
            if not again:
                self._note_account(account)
            self._mail(account, invitation)
            parts.auditor.record(
                AccountInvited(brand=brand, result=Result.SUCCESS, account_id=account.id, again=again)
            )
        return Invited(account, again)

    def _mail(self, account: Account, invitation: Invitation) -> None:
        """The link stands in Redis before the transaction ends: of an account that is not kept it is dead."""
        parts, errand = self._with, Errand(portal=invitation.portal)
        token, expires_at = parts.links.make(
            account.brand, Purpose.ACTIVATION, account.id, errand, mailbox=account.email
        )
        parts.letters.write(
            Letter(
                kind=LetterKind.INVITATION,
                brand=account.brand,
                to_ascii=mailbox_of(account),
                expires_at=expires_at,
                token=token,
                portal=invitation.portal,
            )
        )

    def _note_account(self, account: Account) -> None:
        self._with.auditor.record(
            AccountAdded(
                brand=account.brand,
                result=Result.SUCCESS,
                account_id=account.id,
                account_type=account.type.value,
                state=AccountState.INVITED.value,
                with_password=False,
            )
        )


def _waits_for(account: Account, invitation: Invitation) -> bool:
    """Whether this account may get a (new) link by this invitation."""
    return account.state is AccountState.INVITED and account.type is invitation.account_type
