"""Somebody asks for a link by an address. Whether it is known, used or over its limit: the same work.

The order of steps and their number are fixed: two counters, one look-up, two records, and one transaction
with a message and an event. Where no mail may go, the message is for nobody and the link leads nowhere.

Only a block of addresses that asks too often brings less: an event. It learns nothing from that but its own
limit, and could fill the outbox otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from broker.accounts.reset.links import Errand, Purpose
from broker.accounts.reset.ports import Letter, LetterKind, Limits
from broker.accounts.reset.surroundings import Surroundings
from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.email_address import EmailAddress
from broker.domain.events import PasswordLinkAsked, Result
from broker.domain.mailbox import mailbox_of
from broker.domain.staff import entrance_of

TOO_OFTEN: Final = "too-often"
NO_ACCOUNT: Final = "no-account"
NOT_USABLE: Final = "not-usable"

_NOWHERE = Errand()
_PURPOSES = {AccountState.ACTIVE: Purpose.RESET, AccountState.INVITED: Purpose.ACTIVATION}
_LETTERS = {Purpose.RESET: LetterKind.RESET, Purpose.ACTIVATION: LetterKind.INVITATION}


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed, and from where (a block of addresses)."""

    brand: str
    address: EmailAddress
    source: str = field(repr=False)
    errand: Errand = _NOWHERE


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is done: for whom a link is made, which letter is written, and whether it goes out."""

    outcome: str
    kind: LetterKind = LetterKind.RESET
    purpose: Purpose = Purpose.RESET
    account: Account | None = None
    is_sent: bool = False


class PasswordLinkRequests:
    """Takes wishes for a link; nothing that it answers or takes longer for says what came of one."""

    def __init__(self, surroundings: Surroundings, limits: Limits) -> None:
        self._with = surroundings
        self._limits = limits

    def ask(self, wish: Wish) -> None:
        """Queue the mail that fits the account of this address, if there is one and it is not too often."""
        now = self._with.clock()
        if self._limits.block_may_ask(wish.source, now=now):
            self._look_up(wish, now)
        else:
            self._with.auditor.record(_asked(wish, TOO_OFTEN))

    def _look_up(self, wish: Wish, now: datetime) -> None:
        parts = self._with
        allowed = self._limits.may_ask(wish.brand, wish.address.text, now=now)
        found = parts.accounts.find_by_address(wish.brand, wish.address.text)
        answer = _answer(found, allowed=allowed)
        owner = answer.account.id if answer.account else None
        mailbox = answer.account.email if answer.account else wish.address.text
        errand = _errand(wish, answer)
        token, expires_at = parts.links.make(wish.brand, answer.purpose, owner, errand, mailbox=mailbox)
        letter = Letter(
            kind=answer.kind,
            brand=wish.brand,
            to_ascii=mailbox_of(found) if found and answer.is_sent else None,
            expires_at=expires_at,
            token=token,
            portal=errand.portal,
        )
        with parts.together():
            parts.letters.write(letter)
            of_account = found.id if found else None
            parts.auditor.record(_asked(wish, answer.outcome, of_account, granted=answer.account is not None))


def _asked(
    wish: Wish, outcome: str, of_account: AccountId | None = None, *, granted: bool = False
) -> PasswordLinkAsked:
    return PasswordLinkAsked(
        brand=wish.brand,
        result=Result.SUCCESS if granted else Result.REFUSED,
        outcome=outcome,
        of_account=of_account,
    )


def _errand(wish: Wish, answer: _Answer) -> Errand:
    """Where the person goes on afterwards: staff log in at their entrance, wherever they asked."""
    entrance, is_staff = entrance_of(wish.brand), _is_staff(answer.account)
    return Errand(entrance) if is_staff and wish.errand.portal != entrance else wish.errand


def _is_staff(account: Account | None) -> bool:
    return account is not None and account.type is AccountType.STAFF


def _answer(found: Account | None, *, allowed: bool) -> _Answer:
    if not allowed:
        return _Answer(TOO_OFTEN)
    if found is None:
        return _Answer(NO_ACCOUNT)
    purpose = _PURPOSES.get(found.state)
    if purpose is None:
        return _Answer(NOT_USABLE, kind=LetterKind.NOT_USABLE, is_sent=True)
    return _Answer(purpose.value, kind=_LETTERS[purpose], purpose=purpose, account=found, is_sent=True)
