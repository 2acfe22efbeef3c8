"""`broker import`: accounts from a file, checked whole before anything is written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import click

from broker.accounts.passwords.hashing import PasswordHashing
from broker.cli.import_lines import NewBusinessUser, NewConsumer, read_accounts
from broker.cli.options import config_option, read_settings
from broker.domain.accounts import AccountId, AccountState
from broker.domain.events import AccountsImported, Result
from broker.errors import ConfigurationError
from broker.storage.accounts import AccountRepository, AddressTaken
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.audit import AuditRoom, operator_origin
from broker.wiring.stores import Stores, open_stores

# No code of an imported app was used yet, and every step that is to come lies behind this one.
_NO_STEP = 0


@click.command("import")
@config_option
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def import_accounts(config: Path, file: Path) -> None:
    """Import accounts from FILE (- for standard input), one JSON object a line; all of them or none.

    A consumer: {"kind": "consumer_account", "brand": …, "bsn": …, "name": …, "email": …}. A person who has
    an account at the brand keeps it and gets the new name and address.

    Somebody of an organisation: {"kind": "business_account", "brand": …, "name": …, "email": …}, and
    "password", "phone", "totp_secret" (base32) as there are. Without a password the account is an
    invitation. An account that exists is left as it is, so that no import undoes what its owner changed.
    """
    settings = read_settings(config)
    accounts = read_accounts(file, settings)
    stores = open_stores(settings)
    arrival = Arrival.at(stores)
    hashed = arrival.hashes_of(account for account in accounts if isinstance(account, NewBusinessUser))
    auditor = AuditRoom(stores.database, stores.keys.columns, stores.clock).auditor(origin=operator_origin)
    with stores.database.writing():
        for account in accounts:
            if isinstance(account, NewConsumer):
                arrival.accounts.add_consumer(account.brand, account.name, account.email, account.bsn)
            elif account in hashed:
                arrival.let_in(account, hashed[account])
        auditor.record(AccountsImported(brand=None, result=Result.SUCCESS, count=len(accounts)))
    click.echo(f"{len(accounts)} account(s) imported.")


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
        database, columns = stores.database, stores.keys.columns
        return cls(
            AccountRepository(database, columns, stores.keys.blind_indexes, stores.clock),
            PasswordRepository(database),
            SecondFactorRepository(database, columns),
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
        """Make the account; `ConfigurationError`, which undoes all, when its address is somebody else's."""
        state = AccountState.INVITED if hashed is None else AccountState.ACTIVE
        made = self.accounts.add_business(
            user.brand, user.name, user.email, state=state, new_id=AccountId(str(uuid4()))
        )
        if isinstance(made, AddressTaken):
            raise ConfigurationError(
                (f"brand {user.brand}: an address of the file belongs to another account",)
            )
        now = self.stores.clock()
        if hashed is not None:
            self.passwords.put(made.id, hashed, at=now)
        if user.phone is not None:
            self.factors.add_phone(made.id, user.phone.kind, user.phone.number, now)
        if user.totp_secret is not None:
            self.factors.add_totp(made.id, user.totp_secret, _NO_STEP, now)
