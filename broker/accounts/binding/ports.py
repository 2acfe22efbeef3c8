"""What binding needs from elsewhere, stated as small Protocols."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from broker.domain.accounts import Account, AccountId
from broker.domain.identity import EherkenningIdentity
from broker.domain.representation import LegalSubject
from broker.storage.eherkenning_bindings import Bound, Unbound


@dataclass(frozen=True, slots=True)
class CodeLetter:
    """The mail with a code. `portal` is the one that it names, where it is known."""

    brand: str
    to_ascii: str = field(repr=False)
    code: str = field(repr=False)
    portal: str | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class BoundLetter:
    """The mail that tells the account's owner that a code was used."""

    brand: str
    to_ascii: str = field(repr=False)
    expires_at: datetime


class Letters(Protocol):
    """Writes and queues mail, within the transaction at hand."""

    def write(self, letter: CodeLetter) -> None:
        """Queue the mail in the language of the person at hand."""

    def tell_bound(self, letter: BoundLetter) -> None:
        """The same for the word that somebody can log in by eHerkenning from now on."""


class Accounts(Protocol):
    """Finds accounts."""

    def get(self, account_id: AccountId) -> Account | None:
        """The account with this id."""


class Bindings(Protocol):
    """Keeps codes and what they bound."""

    def keep_code(self, account: Account, code: str, *, expires_at: datetime) -> None:
        """Let `code` bind to this account; an older code of it works no more."""

    def bind(self, brand: str, code: str, identity: EherkenningIdentity) -> Bound | None:
        """Use the code up and bind; None, with nothing done, when it does not work."""

    def unbind(self, account: Account, organisation: LegalSubject | None) -> Unbound:
        """Take bindings off the account: those for one organisation, or all; and its code."""


class Guesses(Protocol):
    """Counts codes that were typed."""

    def may_try(self, brand: str, identity: EherkenningIdentity) -> bool:
        """Count one more for this person; False when there were too many today."""


class Sessions(Protocol):
    """Ends what an account has running."""

    def end_all(self, account: Account, *, reason: str) -> int:
        """Every session of the account; how many there were."""
