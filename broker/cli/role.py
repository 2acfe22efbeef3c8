"""`broker role`: give roles to one account, take them away, one or all of a collectivity, and see them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import click

from broker.cli.moments import moment_in
from broker.cli.options import brand_option, config_option, email_option, read_settings, require_brand
from broker.collectivities.granting import Granting, RolesClash, Terms, UnknownRole
from broker.domain.accounts import Account, AccountType
from broker.domain.collectivity import Collectivity, CollectivityNumber, InvalidReference
from broker.domain.events import AccountLookedUp, Result
from broker.domain.plain_text import InvalidText, parse_plain_text
from broker.domain.roles import RoleId
from broker.errors import ConfigurationError
from broker.storage.role_grants import RoleGrantRepository
from broker.wiring.audit import operator_auditor
from broker.wiring.collectivities import granting_of
from broker.wiring.repositories import account_repository, collectivity_repository
from broker.wiring.stores import Stores, opened_stores

_LONGEST_REASON = 200

_collectivity_option = click.option("--collectivity", required=True, help="Its number.")
_role_option = click.option("--role", required=True, help="Name of a role in the brand's file.")


@click.group()
def role() -> None:
    """Give roles and take them away, for one account; what is done here stands in the audit log."""


@role.command()
@config_option
@brand_option
@email_option
@_collectivity_option
@_role_option
@click.option("--reason", default="", help="Why; kept with the role.")
@click.option("--until", help="When it ends by itself, with its zone: 2027-01-31T00:00:00+01:00.")
def give(config: Path, brand: str, email: str, collectivity: str, role: str, **why: str | None) -> None:
    """Give a role for a collectivity, to somebody who becomes a member where they are none."""
    terms = Terms(reason=_reason(why["reason"] or ""), ends_at=_moment(why["until"]))
    with _opened(config, brand, email, collectivity) as room:
        try:
            room.granting.give(room.account, room.collectivity, RoleId(role), terms)
        except UnknownRole:
            raise ConfigurationError((f"--role: brand {brand} has no role {role}",)) from None
        except RolesClash as clash:
            together = " and ".join(found.id for found in clash.roles)
            raise ConfigurationError((f"--role: nobody may have {together} together",)) from None
    click.echo(f"Account {room.account.id} has the role {role} for {collectivity}.")


@role.command()
@config_option
@brand_option
@email_option
@_collectivity_option
@_role_option
def end(config: Path, brand: str, email: str, collectivity: str, role: str) -> None:
    """Take a role away: it is gone from every token, userinfo and search with the next request."""
    with _opened(config, brand, email, collectivity) as room:
        ended = room.granting.end(room.account, room.collectivity, RoleId(role))
    click.echo(f"Account {room.account.id} {'has' if ended else 'had'} no role {role} for {collectivity}.")


@role.command("end-membership")
@config_option
@brand_option
@email_option
@_collectivity_option
def end_membership(config: Path, brand: str, email: str, collectivity: str) -> None:
    """Take somebody out of a collectivity: every role there ends, and they do not belong to it any more."""
    with _opened(config, brand, email, collectivity) as room:
        ended = room.granting.end_membership(room.account, room.collectivity)
    what = f"is no member of {collectivity} any more" if ended else f"was no member of {collectivity}"
    click.echo(f"Account {room.account.id} {what}.")


@role.command("list")
@config_option
@brand_option
@email_option
def show(config: Path, brand: str, email: str) -> None:
    """Print the roles of an account by collectivity, without the person."""
    settings = read_settings(config)
    require_brand(settings, brand)
    with opened_stores(settings) as stores:
        account = _account(stores, brand, email)
        for number, grant in RoleGrantRepository(stores.database).with_numbers(account.id):
            end = f", until {grant.ends_at.isoformat()}" if grant.ends_at else ""
            click.echo(f"{number.number}: {grant.role}, since {grant.given_at.isoformat()}{end}")


@dataclass(frozen=True, slots=True)
class _Room:
    account: Account
    collectivity: Collectivity
    granting: Granting


@contextmanager
def _opened(config: Path, brand: str, email: str, number: str) -> Iterator[_Room]:
    settings = read_settings(config)
    require_brand(settings, brand)
    with opened_stores(settings) as stores:
        account = _account(stores, brand, email)
        collectivity = _collectivity(stores, brand, number)
        yield _Room(account, collectivity, granting_of(settings, stores, operator_auditor(stores)))


def _collectivity(stores: Stores, brand: str, number: str) -> Collectivity:
    try:
        wanted = CollectivityNumber(number)
    except InvalidReference as error:
        raise ConfigurationError((f"--collectivity: {error}",)) from None
    found = collectivity_repository(stores).find(brand, wanted)
    if found is None:
        raise ConfigurationError((f"--collectivity: brand {brand} has no collectivity {number}",))
    return found


def _account(stores: Stores, brand: str, email: str) -> Account:
    found = account_repository(stores).find_by_address(brand, email)
    if found is None or found.type is not AccountType.BUSINESS:
        raise ConfigurationError((f"--email: no business account of brand {brand} has this address",))
    looked_up = AccountLookedUp(brand=brand, result=Result.SUCCESS, account_id=found.id)
    operator_auditor(stores).record(looked_up)
    return found


def _reason(text: str) -> str:
    if not text:
        return ""
    try:
        return parse_plain_text(text, _LONGEST_REASON)
    except InvalidText as error:
        raise ConfigurationError((f"--reason: {error.fault.value}",)) from None


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = moment_in(text)
    if moment is None:
        raise ConfigurationError(("--until: give a moment with its zone, as 2027-01-31T00:00:00+01:00",))
    return moment
