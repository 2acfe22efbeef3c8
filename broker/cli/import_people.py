"""Writes rows about accounts: people of organisations, with what they log in with."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from uuid import uuid4

from broker.accounts.passwords.hashing import PasswordHashing
from broker.cli.import_lines import NewBusinessUser
from broker.domain.accounts import AccountId, AccountState
from broker.storage.accounts import AccountRepository, AddressTaken
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.repositories import account_repository
from broker.wiring.stores import Stores

# No code of an imported app was used yet, and every step that is to come lies behind this one.
_NO_STEP = 0


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where people of organisations are kept, with what they log in with."""

    accounts: AccountRepository
    passwords: PasswordRepository
    factors: SecondFactorRepository
    stores: Stores

    @classmethod
    def at(cls, stores: Stores) -> Arrival:
        """The repositories of these stores."""
        return cls(
            account_repository(stores),
            PasswordRepository(stores.database),
            SecondFactorRepository(stores.database, stores.keys.columns),
            stores,
        )

    def hashes_of(self, users: Iterable[NewBusinessUser]) -> dict[NewBusinessUser, str | None]:
        """Those who have no account yet, with the hash of their password.

        Made before anything is locked, since a hash takes its time.
        """
        hashing = PasswordHashing(nullcontext)
        new = (user for user in users if self.accounts.find_by_address(user.brand, user.email) is None)
        return {user: hashing.hash(user.password) if user.password else None for user in new}

    def let_in(self, user: NewBusinessUser, hashed: str | None) -> None:
        """Make the account; `ValueError` when its address is somebody else's."""
        state = AccountState.INVITED if hashed is None else AccountState.ACTIVE
        made = self.accounts.add_business(
            user.brand, user.name, user.email, state=state, new_id=AccountId(str(uuid4()))
        )
        if isinstance(made, AddressTaken):
            raise ValueError("the address belongs to another account of the brand")  # noqa: TRY004 - not a wrong type
        now = self.stores.clock()
        if hashed is not None:
            self.passwords.put(made.id, hashed, at=now)
        if user.phone is not None:
            self.factors.add_phone(made.id, user.phone.kind, user.phone.number, now)
        if user.totp_secret is not None:
            self.factors.add_totp(made.id, user.totp_secret, _NO_STEP, now)
