"""`broker account bind|unbind`: hands out the code that binds eHerkenning to an account, and takes it off."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from broker.cli.account import found_account
from broker.cli.options import brand_option, config_option, email_option, language_option
from broker.domain.organisation import InvalidOrganisationNumber, KvkNumber
from broker.domain.representation import LegalSubject
from broker.errors import ConfigurationError
from broker.settings import Settings

_REFUSED = 1


@click.command()
@config_option
@brand_option
@email_option
@click.option("--portal", help="Name of its file under portals/: the mail names it.")
@language_option
def bind(config: Path, brand: str, email: str, portal: str | None, language: str) -> None:
    """Mail a code (14 days, once) by which the owner's eHerkenning is bound to the account.

    An older code works no more. The code is asked for after the next login by eHerkenning.
    """
    # Mails are made with Flask, which most commands of this group do not need.
    from broker.web.language import Language  # noqa: PLC0415
    from broker.wiring.eherkenning_accounts import binding_by_operator  # noqa: PLC0415

    with found_account(config, brand, email) as (room, found):
        _require_eherkenning(room.settings, brand, portal)
        with binding_by_operator(room.settings, room.stores, Language(language)) as binding:
            made = binding.hand_out(found, portal)
    if not made:
        click.echo("This account cannot be bound: it is no business account, or it is closed.", err=True)
        sys.exit(_REFUSED)
    click.echo(f"A mail with a code for account {found.id} is queued.")


@click.command()
@config_option
@brand_option
@email_option
@click.option("--kvk", help="Only the binding for this organisation; else all.")
def unbind(config: Path, brand: str, email: str, kvk: str | None) -> None:
    """Take the binding of eHerkenning off an account and end its sessions; a new code binds again.

    A code that was not used yet works no more. Exit 1 when there was neither.
    """
    from broker.web.language import Language  # noqa: PLC0415 - see `bind`.
    from broker.wiring.eherkenning_accounts import binding_by_operator  # noqa: PLC0415

    organisation = _organisation(kvk)
    with (
        found_account(config, brand, email) as (room, found),
        binding_by_operator(room.settings, room.stores, Language.DUTCH) as binding,
    ):
        gone = binding.unbind(found, organisation)
    if not gone:
        click.echo(f"Account {found.id} has no such binding, and no code that could bind it.", err=True)
        sys.exit(_REFUSED)
    if gone.organisations:
        click.echo(f"{len(gone.organisations)} binding(s) were taken off account {found.id}.")
    if gone.code:
        click.echo(f"The code that account {found.id} was mailed works no more.")


def _require_eherkenning(settings: Settings, brand: str, portal: str | None) -> None:
    faults = []
    if settings.brands[brand].eherkenning is None:
        faults.append(f"--brand: {brand} has no eHerkenning")
    known = settings.portals.get(portal or "")
    if portal is not None and (known is None or known.brand != brand):
        faults.append(f"--portal: {brand} has no portal of this name")
    if faults:
        raise ConfigurationError(tuple(faults))


def _organisation(kvk: str | None) -> LegalSubject | None:
    try:
        return None if kvk is None else LegalSubject(KvkNumber(kvk))
    except InvalidOrganisationNumber as error:
        raise ConfigurationError((f"--kvk: {error}",)) from error
