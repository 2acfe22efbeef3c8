"""What a registration needs from elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from broker.domain.accounts import Account, AccountId
from broker.domain.bsn import Bsn
from broker.storage.accounts import AddressTaken, Registered


class Accounts(Protocol):
    """Finds and makes accounts."""

    def find_by_digid(self, brand: str, bsn: Bsn) -> Account | None:
        """The account of this person at this brand."""

    def register_consumer(
        self, brand: str, name: str, email: str, bsn: Bsn, *, new_id: AccountId
    ) -> Registered | AddressTaken:
        """Make the account of somebody who has none, under this id."""

    def is_address_in_use(self, brand: str, email: str) -> bool:
        """Whether an account of the brand owns this address."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written. `token` makes its link; None when the address already has an account."""

    brand: str
    portal: str
    to_ascii: str = field(repr=False)
    token: str | None = field(repr=False)
    expires_at: datetime


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def write(self, letter: Letter) -> None:
        """Queue the mail in the language of the person at hand."""
