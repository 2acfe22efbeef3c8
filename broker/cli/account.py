"""`broker account`: make, look at, close, open and erase one account, found by brand and address."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click

from broker.accounts.passwords.policy import faults_in
from broker.cli.on_demand import CommandsOnDemand
from broker.cli.options import brand_option, config_option, email_option, read_settings, require_brand
from broker.domain.accounts import Account, AccountState, AccountType
from broker.domain.email_address import EmailAddress, InvalidEmailAddress, parse_email_address
from broker.domain.events import AccountLookedUp, Result
from broker.domain.person_name import InvalidName, parse_person_name
from broker.errors import ConfigurationError
from broker.settings import Brand, Settings
from broker.storage.accounts import AddressTaken
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.wiring.account_administration import AccountAdministration, account_administration
from broker.wiring.audit import operator_auditor
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from broker.wiring.stores import Stores, opened_stores, session_store

_LONGEST_LINE = 4096
_NOT_FOUND = 1
_FAULTS = {
    "too-short": "the password must have 12 characters or more",
    "too-long": "the password may have 128 characters at most",
    "too-common": "the password is one that many people use",
    "too-like-you": "the password is too much like the name, the address or the brand",
}


@click.group(
    cls=CommandsOnDemand,
    places={
        "invite": "broker.cli.inviting:invite",
        "invite-staff": "broker.cli.inviting:invite_staff",
        "reset-factors": "broker.cli.factor_reset:reset_factors",
        "bind": "broker.cli.binding:bind",
        "unbind": "broker.cli.binding:unbind",
        "requests": "broker.cli.request_desk:requests",
        "decide": "broker.cli.request_desk:decide",
    },
)
def account() -> None:
    """Make and look after single accounts; what is done here stands in the audit log."""


@account.command()
@config_option
@brand_option
@email_option
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--state",
    type=click.Choice([AccountState.INVITED.value, AccountState.ACTIVE.value]),
    default=AccountState.INVITED.value,
    show_default=True,
    help="Invited people have yet to activate their account.",
)
@click.option("--password-stdin", is_flag=True, help="Read a password from the first line of standard input.")
def add(config: Path, brand: str, email: str, name: str, state: str, *, password_stdin: bool) -> None:
    """Make an account for somebody who works for an organisation; they log in with address and password."""
    settings = read_settings(config)
    address, full_name = known_person(settings, brand, email, name)
    hashed = _hashed(settings.brands[brand], brand, address, full_name) if password_stdin else None
    with _opened(settings) as room:
        added = room.acts.add(brand, full_name, address.text, state=AccountState(state), hashed=hashed)
    if isinstance(added, AddressTaken):
        raise ConfigurationError(("--email: another account of this brand has this address",))
    click.echo(f"Account {added.id} was made; it is {added.state.value}.")


@account.command()
@config_option
@brand_option
@email_option
def show(config: Path, brand: str, email: str) -> None:
    """Print what there is of an account, without the person; exit 1 when there is none."""
    with found_account(config, brand, email) as (room, found):
        for line in room.told(found):
            click.echo(line)


@account.command()
@config_option
@brand_option
@email_option
def disable(config: Path, brand: str, email: str) -> None:
    """Close an account: its sessions and tokens end at once, in every worker."""
    with found_account(config, brand, email) as (room, found):
        changed = room.acts.disable(found)
    click.echo(f"Account {found.id} {'is' if changed else 'was already'} disabled.")


@account.command()
@config_option
@brand_option
@email_option
def enable(config: Path, brand: str, email: str) -> None:
    """Open an account that was closed or held; who has no password yet is invited again."""
    with found_account(config, brand, email) as (room, found):
        state = room.acts.enable(found)
    click.echo(f"Account {found.id} {'is' if state is not found.state else 'was already'} {state.value}.")


@account.command()
@config_option
@brand_option
@email_option
@click.confirmation_option(prompt="Nothing of this person can be brought back. Erase?")
def erase(config: Path, brand: str, email: str) -> None:
    """Erase an account for good: name, address, identities, what the audit log held; sessions end."""
    with found_account(config, brand, email) as (room, found):
        room.acts.erase(found)
    click.echo(f"Account {found.id} is erased; its address may be used again.")


@dataclass(frozen=True, slots=True)
class Room:
    """A deployment, opened for one command."""

    settings: Settings
    stores: Stores
    acts: AccountAdministration

    def find(self, brand: str, email: str) -> Account | None:
        """The account of any type that owns this address."""
        return account_repository(self.stores).find_any_by_address(brand, email)

    def told(self, found: Account) -> Iterator[str]:
        """What an operator needs to know; that they looked is written down first."""
        database, columns = self.stores.database, self.stores.keys.columns
        looked_up = AccountLookedUp(brand=found.brand, result=Result.SUCCESS, account_id=found.id)
        operator_auditor(self.stores).record(looked_up)
        since = PasswordRepository(database).changed_at(found.id)
        sessions = session_store(self.stores).of_account(found.brand, found.id, now=self.stores.clock())
        yield f"account: {found.id}"
        yield f"type: {found.type.value}"
        yield f"state: {found.state.value}"
        if found.type is not AccountType.CONSUMER:
            yield f"password since: {since.isoformat(timespec='seconds') if since else '-'}"
            yield f"known devices: {len(KnownDevices(database, columns).of_account(found.id))}"
        yield f"sessions: {len(sessions)}"


@contextmanager
def _opened(settings: Settings) -> Iterator[Room]:
    with opened_stores(settings) as stores:
        yield Room(settings, stores, account_administration(stores))


@contextmanager
def found_account(config: Path, brand: str, email: str) -> Iterator[tuple[Room, Account]]:
    """The account that was asked for; a sentence and exit 1 when there is none."""
    settings = read_settings(config)
    require_brand(settings, brand)
    with _opened(settings) as room:
        found = room.find(brand, email)
        if found is None:
            click.echo("This brand has no account that owns this address.", err=True)
            sys.exit(_NOT_FOUND)
        yield room, found


def known_person(settings: Settings, brand: str, email: str, name: str) -> tuple[EmailAddress, str]:
    """Address and name as they are kept, or every fault in what was given."""
    require_brand(settings, brand)
    address, full_name, faults = None, None, []
    try:
        address = parse_email_address(email)
    except InvalidEmailAddress as error:
        faults.append(f"--email: is no address that mail can be sent to ({error.fault.value})")
    try:
        full_name = parse_person_name(name)
    except InvalidName as error:
        faults.append(f"--name: cannot be a name ({error.fault.value})")
    if address is None or full_name is None:
        raise ConfigurationError(tuple(faults))
    return address, full_name


def _hashed(brand: Brand, brand_key: str, address: EmailAddress, name: str) -> str:
    """The hash of the password on standard input, if it is one that its owner could choose."""
    line = sys.stdin.readline(_LONGEST_LINE)
    password = line.removesuffix("\n").removesuffix("\r")
    context = (name, *address.text.split("@"), brand_key, brand.name, brand.legal_name)
    faults = faults_in(password, context=context)
    if faults:
        raise ConfigurationError(tuple(f"--password-stdin: {_FAULTS[fault]}" for fault in faults))
    return password_hashing().hash(password)
