"""Handing codes out, using them, and taking bindings off again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

from broker.accounts.binding.codes import new_code, read_code
from broker.accounts.binding.ports import (
    Accounts,
    Bindings,
    BoundLetter,
    CodeLetter,
    Guesses,
    Letters,
    Sessions,
)
from broker.domain.accounts import Account, AccountState, AccountType
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.domain.events import (
    BindingCodeMade,
    BindingCodeRefused,
    BindingCodeWithdrawn,
    EherkenningBound,
    EherkenningUnbound,
    Result,
)
from broker.domain.identity import EherkenningIdentity
from broker.domain.mailbox import mailbox_of
from broker.domain.representation import LegalSubject
from broker.storage.eherkenning_bindings import Bound, Unbound

CODE_LIFETIME: Final = timedelta(days=14)
_NOTICE_LIFETIME: Final = timedelta(days=3)
_USABLE: Final = frozenset({AccountState.INVITED, AccountState.ACTIVE})


class NotBound(Enum):
    """Why a code did nothing."""

    MISTYPED = auto()
    """It can be no code of ours; this costs no try."""
    REFUSED = auto()
    """Unknown, used, too old, replaced, or of an account that cannot be used: all look the same."""
    TOO_MANY = auto()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What binding is done with."""

    bindings: Bindings
    accounts: Accounts
    guesses: Guesses
    letters: Letters
    sessions: Sessions
    auditor: Auditor
    together: Together
    clock: Clock


class EherkenningBinding:
    """Binds people at organisations to accounts."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._with = surroundings

    def hand_out(self, account: Account, portal: str | None) -> bool:
        """Mail a new code to the account's owner; False for an account that cannot be bound."""
        to = mailbox_of(account)
        if account.type is not AccountType.BUSINESS or account.state not in _USABLE or to is None:
            return False
        parts, code = self._with, new_code()
        expires_at = parts.clock() + CODE_LIFETIME
        with parts.together():
            parts.bindings.keep_code(account, code, expires_at=expires_at)
            parts.letters.write(CodeLetter(account.brand, to, code, portal, expires_at))
            parts.auditor.record(
                BindingCodeMade(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
            )
        return True

    def bind(self, brand: str, client_id: str, identity: EherkenningIdentity, typed: str) -> NotBound | None:
        """Use the code that somebody typed, who has just come by eHerkenning; None when it bound them."""
        code = read_code(typed)
        if code is None:
            return NotBound.MISTYPED
        if not self._with.guesses.may_try(brand, identity):
            return self._refuse(brand, client_id, "too-many", NotBound.TOO_MANY)
        with self._with.together():
            bound = self._with.bindings.bind(brand, code, identity)
            if bound is not None:
                self._tell_owner(bound)
                self._with.auditor.record(
                    EherkenningBound(
                        brand=brand,
                        result=Result.SUCCESS,
                        account_id=bound.account_id,
                        client_id=client_id,
                        organisation=identity.organisation.party,
                        activated=bound.activated,
                    )
                )
        return None if bound is not None else self._refuse(brand, client_id, "unknown", NotBound.REFUSED)

    def unbind(self, account: Account, organisation: LegalSubject | None = None) -> Unbound:
        """Take bindings and a code that was not used off an account; sessions end with a binding."""
        with self._with.together():
            gone = self._with.bindings.unbind(account, organisation)
            if gone.code:
                self._with.auditor.record(
                    BindingCodeWithdrawn(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
                )
            for each in gone.organisations:
                self._with.auditor.record(
                    EherkenningUnbound(
                        brand=account.brand,
                        result=Result.SUCCESS,
                        account_id=account.id,
                        organisation=each.party,
                    )
                )
        if gone.organisations:
            self._with.sessions.end_all(account, reason="eherkenning-unbound")
        return gone

    def _tell_owner(self, bound: Bound) -> None:
        """Whoever did not type the code themselves hears that somebody did."""
        account = self._with.accounts.get(bound.account_id)
        to = mailbox_of(account) if account is not None else None
        if account is not None and to is not None:
            expires_at = self._with.clock() + _NOTICE_LIFETIME
            self._with.letters.tell_bound(BoundLetter(account.brand, to, expires_at))

    def _refuse(self, brand: str, client_id: str, reason: str, why: NotBound) -> NotBound:
        self._with.auditor.record(
            BindingCodeRefused(brand=brand, result=Result.REFUSED, client_id=client_id, reason=reason)
        )
        return why
