"""`broker account invite`: makes an account for somebody and mails them the link to it."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.account import known_person
from broker.cli.options import config_option, language_option, read_settings
from broker.domain.assurance import Scheme
from broker.errors import ConfigurationError
from broker.settings import Settings
from broker.storage.accounts import AddressTaken
from broker.wiring.stores import open_stores


@click.command()
@config_option
@click.option("--brand", required=True, help="Name of its file under brands/.")
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
    # Pages and mails are made with Flask, which no other command of this group needs.
    from broker.accounts.reset.inviting import Invitation  # noqa: PLC0415
    from broker.web.language import Language  # noqa: PLC0415
    from broker.wiring.resets import invitations_by_operator  # noqa: PLC0415

    settings = read_settings(config)
    address, full_name = known_person(settings, brand, email, name)
    _require_portal(settings, brand, portal)
    stores = open_stores(settings)
    try:
        with invitations_by_operator(settings, stores, Language(language)) as invitations:
            invited = invitations.invite(Invitation(brand, full_name, address.text, portal))
    finally:
        stores.redis.close()
        stores.database.close()
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
