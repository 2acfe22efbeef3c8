"""What links for passwords need from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.login_place import LoginPlace
from broker.storage.accounts import AddressTaken


class Accounts(Protocol):
    """Finds and changes accounts."""

    def get(self, account_id: AccountId) -> Account | None:
        """The account with this id."""

    def find_by_address(self, brand: str, email: str) -> Account | None:
        """The account with a password that owns this address, in one look-up whoever is asked for."""

    def add_business(
        self, brand: str, name: str, email: str, *, state: AccountState, new_id: AccountId
    ) -> Account | AddressTaken:
        """A new account under this id."""

    def add_staff(
        self, brand: str, name: str, email: str, *, state: AccountState, new_id: AccountId
    ) -> Account | AddressTaken:
        """The same for one of the insurer's own people."""

    def activate(self, account_id: AccountId) -> bool:
        """An invited account is active from now on; False when it was not invited."""

    def last_login_at(self, account_id: AccountId) -> datetime | None:
        """When the account was last used."""


class Passwords(Protocol):
    """Keeps hashes."""

    def put(self, account_id: AccountId, hashed: str, *, at: datetime) -> None:
        """The account has this password from now on."""

    def changed_at(self, account_id: AccountId) -> datetime | None:
        """Since when the account has the password that it has."""


class Hashing(Protocol):
    """Hashes passwords."""

    def hash(self, password: str) -> str:
        """The hash; raises `BrokerError` when there is no room for the work."""


class UsedLinks(Protocol):
    """Remembers in the database what was used."""

    def claim(self, scope: str, message_id: str, *, expires_at: datetime) -> bool:
        """True for exactly one caller."""


class Devices(Protocol):
    """Remembers devices."""

    def forget_all(self, account_id: AccountId) -> int:
        """Every device is strange to the account from now on."""


class Sessions(Protocol):
    """Knows who is logged in."""

    def end_all(self, account: Account, *, reason: str) -> int:
        """End every session of the account, and let its portals hear; answers how many there were."""


class Guard(Protocol):
    """Limits how often passwords are tried."""

    def let_in(self, brand: str, name: str, place: LoginPlace, *, now: datetime) -> None:
        """The owner of the mailbox tries from this place: a few tries are judged again."""


class Limits(Protocol):
    """Limits how often links are asked for."""

    def block_may_ask(self, network_block: str, *, now: datetime) -> bool:
        """Counts a request of this block, whoever it is for."""

    def may_ask(self, brand: str, address: str, *, now: datetime) -> bool:
        """Counts a request for this address, whoever has it."""


class LetterKind(StrEnum):
    """What a mail is about."""

    RESET = "password.reset"
    INVITATION = "account.invitation"
    NOT_USABLE = "password.account-not-usable"
    CHANGED = "password.changed"
    ACTIVATED = "account.activated"


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written. `to_ascii` None: for nobody, written and kept like any other and never sent.

    `token` makes its link, where it has one. `portal` is where the person wants to be, where that is known.
    """

    kind: LetterKind
    brand: str
    to_ascii: str | None = field(repr=False)
    expires_at: datetime
    token: str | None = field(default=None, repr=False)
    portal: str | None = None


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def write(self, letter: Letter) -> None:
        """Queue the mail in the language of the person at hand."""
