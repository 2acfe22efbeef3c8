"""What a change of address needs from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from broker.accounts.address.links import AddressLinks
from broker.accounts.reset.ports import UsedLinks
from broker.domain.accounts import Account, AccountId, AccountType
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.storage.accounts import AddressTaken


class Accounts(Protocol):
    """Finds and changes accounts."""

    def get(self, account_id: AccountId) -> Account | None:
        """The account with this id."""

    def find_any_by_address(self, brand: str, email: str) -> Account | None:
        """The account that owns this address."""

    def change_address(
        self, account_id: AccountId, *, before: str, after: str
    ) -> Account | AddressTaken | None:
        """Another address for an active account; None when it is not active with the address `before`."""


class Passwords(Protocol):
    """Knows when passwords were chosen."""

    def changed_at(self, account_id: AccountId) -> datetime | None:
        """Since when the account has the password that it has."""


class Sessions(Protocol):
    """Knows who is logged in."""

    def end_all(self, account: Account, *, reason: str, but: str | None = None) -> int:
        """End every session of the account except `but`, and let its portals hear."""


class Limits(Protocol):
    """Limits how often a change is asked for."""

    def may_ask(self, brand: str, account_id: AccountId, address: str, *, now: datetime) -> bool:
        """Counts, for the account and for the address, whoever has it."""


class AddressLetterKind(StrEnum):
    """What a mail is about; the value is its purpose in log and audit."""

    CONFIRM = "account.confirm-new-address"
    IN_USE = "account.address-in-use"
    CHANGED = "account.address-changed"


@dataclass(frozen=True, slots=True)
class AddressLetter:
    """A mail to be written. `to_ascii` None: for nobody, kept like any other and never sent.

    `account_type` is that of the account that the mail is about, whose owner may ask the desk about it.
    """

    kind: AddressLetterKind
    brand: str
    account_type: AccountType
    to_ascii: str | None = field(repr=False)
    expires_at: datetime
    token: str | None = field(default=None, repr=False)


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def write(self, letter: AddressLetter) -> None:
        """Queue the mail in the language of the person at hand."""


@dataclass(frozen=True, slots=True)
class Keeping:
    """The stores."""

    links: AddressLinks
    accounts: Accounts
    passwords: Passwords
    used: UsedLinks
    together: Together


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stores, the neighbours and the time."""

    keeping: Keeping
    limits: Limits
    letters: Letters
    sessions: Sessions
    auditor: Auditor
    clock: Clock
