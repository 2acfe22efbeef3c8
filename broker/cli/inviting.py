"""`broker account invite` and `invite-staff`: make an account for somebody and mail them the link to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import click

from broker.cli.account import known_person
from broker.cli.options import brand_option, config_option, language_option, read_settings
from broker.domain.assurance import Scheme
from broker.domain.staff import entrance_of
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.storage.accounts import AddressTaken
from broker.wiring.stores import opened_stores


@click.command()
@config_option
@brand_option
@click.option("--email", required=True, help="The address of the account; the link is mailed there.")
@click.option(
    "--name", required=True, help="The person's name; kept as it was when they were invited before."
)
@click.option(
    "--portal", help="Name of its file under portals/: the mail names it, and it is shown in the end."
)
@language_option
def invite(config: Path, brand: str, email: str, name: str, portal: str | None, language: str) -> None:
    """Invite somebody who works for an organisation: they choose a password by a link, which works 7 days.

    Who was invited before and has not come yet gets a new link, and the old one is dead.
    """
    settings = read_settings(config)
    address, full_name = known_person(settings, brand, email, name)
    _require_portal(settings, brand, portal)
    _invite(settings, _Person(brand, full_name, address.text), portal, language)


@click.command("invite-staff")
@config_option
@brand_option
@click.option("--email", required=True, help="The address of the account; the link is mailed there.")
@click.option(
    "--name", required=True, help="The person's name; kept as it was when they were invited before."
)
@language_option
def invite_staff(config: Path, brand: str, email: str, name: str, language: str) -> None:
    """Invite one of the insurer's own people: they log in at the broker itself, with an authenticator app.

    They choose a password by a link, which works 7 days, and set the app up at their first login, at
    /<brand>/staff. Who was invited before and has not come yet gets a new link, and the old one is dead.
    """
    settings = read_settings(config)
    address, full_name = known_person(settings, brand, email, name)
    if settings.brands[brand].staff is None:
        raise ConfigurationError((f"--brand: brands/{brand}.toml has no [staff]",))
    _invite(settings, _Person(brand, full_name, address.text), entrance_of(brand), language)


@dataclass(frozen=True, slots=True)
class _Person:
    brand: str
    name: str = field(repr=False)
    email: str = field(repr=False)


def _invite(settings: Settings, person: _Person, portal: str | None, language: str) -> None:
    # Pages and mails are made with Flask, which no other command of this group needs.
    from broker.accounts.reset.inviting import Invitation  # noqa: PLC0415
    from broker.web.language import Language  # noqa: PLC0415
    from broker.wiring.resets import invitations_by_operator  # noqa: PLC0415

    with (
        opened_stores(settings) as stores,
        invitations_by_operator(settings, stores, Language(language)) as invitations,
    ):
        invited = invitations.invite(Invitation(person.brand, person.name, person.email, portal))
    if isinstance(invited, AddressTaken):
        raise ConfigurationError(
            ("--email: an account of this brand that waits for nobody has this address",)
        )
    told = "was invited again; the link in the older mail is dead" if invited.again else "was made"
    click.echo(f"Account {invited.account.id} {told}; a mail with a link is queued.")


def _require_portal(settings: Settings, brand: str, portal: str | None) -> None:
    """Somebody who is invited must be able to log in somewhere, and to get a mail."""
    own = {
        name
        for name, found in settings.portals.items()
        if found.brand == brand and Scheme.PASSWORD in found.login.schemes
    }
    faults = []
    if not own:
        faults.append(f"--brand: {brand} has no portal to which people log in with a password")
    elif portal is not None and portal not in own:
        faults.append(f"--portal: {brand} has no portal of this name to which people log in with a password")
    if faults:
        raise ConfigurationError(tuple(faults))
