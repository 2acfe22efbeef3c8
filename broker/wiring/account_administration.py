"""What an operator does to one account: make it, close it, open it, erase it; each with its event."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from broker.audit.erasure import AuditEraser
from broker.audit.recorder import Auditor
from broker.domain.accounts import Account, AccountId, AccountState, AccountType
from broker.domain.auditing import Together
from broker.domain.clock import Clock
from broker.domain.events import (
    AccountAdded,
    AccountErased,
    AccountStateChanged,
    OwnAccountErased,
    Result,
    SecurityEvent,
)
from broker.sessions.ender import SessionEnder
from broker.storage.accounts import AccountRepository, AddressTaken
from broker.storage.eherkenning_bindings import EherkenningBindingRepository
from broker.storage.passwords import PasswordRepository
from broker.wiring.audit import audit_room_of, operator_auditor
from broker.wiring.repositories import account_repository, binding_repository
from broker.wiring.stores import Stores, session_store


@dataclass(frozen=True, slots=True)
class Hands:
    """What the acts are done with; `together` is one transaction for an act and its event."""

    accounts: AccountRepository
    passwords: PasswordRepository
    bindings: EherkenningBindingRepository
    sessions: SessionEnder
    eraser: AuditEraser
    auditor: Auditor
    together: Together


class AccountAdministration:
    """Acts on accounts. What an account's state forbids holds in every worker at its next request.

    Sessions are ended after the state is kept: should Redis be away by then, nobody gets anything from a
    session whose account cannot be used (`broker.web.session_lookup`), and the act can be done again.
    """

    def __init__(self, hands: Hands, clock: Clock) -> None:
        self._with = hands
        self._clock = clock

    def add(
        self, brand: str, name: str, email: str, *, state: AccountState, hashed: str | None
    ) -> Account | AddressTaken:
        """Make a business account; `hashed` is the hash of its password, where one was set right away."""
        with self._with.together():
            added = self._with.accounts.add_business(
                brand, name, email, state=state, new_id=AccountId(str(uuid4()))
            )
            if isinstance(added, AddressTaken):
                return added
            if hashed is not None:
                self._with.passwords.put(added.id, hashed, at=self._clock())
            event = AccountAdded(
                brand=brand,
                result=Result.SUCCESS,
                account_id=added.id,
                account_type=added.type.value,
                state=state.value,
                with_password=hashed is not None,
            )
            self._with.auditor.record(event)
            return added

    def disable(self, account: Account) -> bool:
        """Close an account and end its sessions; False when it was closed already, or erased.

        A code that binds eHerkenning is worth nothing from then on, also when the account opens again.
        """
        with self._with.together():
            changed = self._change(account, AccountState.DISABLED)
            self._with.bindings.withdraw_code(account.id)
        self._with.sessions.end_all(account, reason="account-disabled")
        return changed

    def enable(self, account: Account) -> AccountState:
        """Open an account that is closed or held; answers its state, which any other keeps.

        Whoever has no way of logging in yet is invited again, and nothing more. A login that crossed the
        closing may have left a session that nobody could use; it does not come back to life.
        """
        if account.state not in {AccountState.DISABLED, AccountState.HELD}:
            return account.state
        self._with.sessions.end_all(account, reason="account-disabled")
        state = AccountState.ACTIVE if self._has_means(account) else AccountState.INVITED
        return state if self._change(account, state) else AccountState.ERASED

    def erase(self, account: Account) -> bool:
        """Take everything of a person out, also of the audit log; False when that was done already."""
        event = AccountErased(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
        return self._erase(account, event)

    def erase_own(self, account: Account) -> bool:
        """The same at the wish of the person, who has just proved to be that."""
        event = OwnAccountErased(brand=account.brand, result=Result.SUCCESS, account_id=account.id)
        return self._erase(account, event)

    def _has_means(self, account: Account) -> bool:
        """Whether there is a way in: DigiD, a password, or an eHerkenning that is bound."""
        if account.type is AccountType.CONSUMER or self._with.bindings.binds(account.id):
            return True
        return self._with.passwords.get(account.id) is not None

    def _erase(self, account: Account, event: SecurityEvent) -> bool:
        with self._with.together():
            erased = self._with.accounts.erase(account.id)
            if erased:
                self._with.auditor.record(event)
                self._with.eraser.erase(account.id, brand=account.brand)
        self._with.sessions.end_all(account, reason="account-erased")
        return erased

    def _change(self, account: Account, state: AccountState) -> bool:
        if account.state is state:
            return False
        with self._with.together():
            if not self._with.accounts.set_state(account.id, state):
                return False
            event = AccountStateChanged(
                brand=account.brand,
                result=Result.SUCCESS,
                account_id=account.id,
                before=account.state.value,
                state=state.value,
            )
            self._with.auditor.record(event)
            return True


def account_administration(stores: Stores) -> AccountAdministration:
    """The acts of an operator on this deployment."""
    return own_account_administration(stores, operator_auditor(stores))


def own_account_administration(stores: Stores, auditor: Auditor) -> AccountAdministration:
    """The same acts, written down by another hand."""
    persons = audit_room_of(stores).persons
    hands = Hands(
        accounts=account_repository(stores),
        passwords=PasswordRepository(stores.database),
        bindings=binding_repository(stores),
        sessions=SessionEnder(session_store(stores), auditor, stores.clock),
        eraser=AuditEraser(persons, auditor, stores.clock, stores.database.writing),
        auditor=auditor,
        together=stores.database.writing,
    )
    return AccountAdministration(hands, stores.clock)
