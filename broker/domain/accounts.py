"""Our record of a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

AccountId = NewType("AccountId", str)
"""A random UUID in its text form; never shown to portals (they get a pairwise subject)."""


class AccountType(StrEnum):
    """Whom the account is for; a session never crosses from one kind to another.

    Consumers and people of organisations (business) log in at portals, the insurer's own people (staff) at
    the broker itself.
    """

    CONSUMER = "consumer"
    BUSINESS = "business"
    STAFF = "staff"


class AccountState(StrEnum):
    """Whether the account may be used: only an active one may.

    Invited: its owner has yet to activate it. Held: it waits for somebody to look at it. Disabled: an
    administrator closed it. Erased: what it held of a person is gone, and it never comes back.
    """

    INVITED = "invited"
    ACTIVE = "active"
    HELD = "held"
    DISABLED = "disabled"
    ERASED = "erased"


class WithoutAccount(StrEnum):
    """What a portal does for somebody who is vouched for and has no account there."""

    REGISTER = "register"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Account:
    """One account at one brand. Personal fields and the seed stay out of `repr`.

    `subject_seed` is 32 random bytes; the pairwise subject is derived from it, and erasing it
    makes every subject ever given out unlinkable.
    """

    id: AccountId
    brand: str
    type: AccountType
    state: AccountState
    name: str = field(repr=False)
    email: str = field(repr=False)
    subject_seed: bytes = field(repr=False)
