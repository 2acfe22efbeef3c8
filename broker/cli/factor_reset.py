"""`broker account reset-factors`: takes the second factors away from somebody who lost them."""

from __future__ import annotations

from pathlib import Path

import click

from broker.cli.account import found_account
from broker.cli.options import brand_option, config_option, language_option


@click.command("reset-factors")
@config_option
@brand_option
@click.option("--email", required=True, help="The address of the account; a mail tells its owner.")
@language_option
@click.confirmation_option(
    prompt="Make sure first who asks for this: a password is then enough to log in once. Reset?"
)
def reset_factors(config: Path, brand: str, email: str, language: str) -> None:
    """Remove every second factor and recovery code of somebody who lost them; their sessions end at once.

    Where a portal demands a second factor, the next login sets one up. The owner is told by mail, and a
    telephone that received codes by a text or a call.
    """
    # Mails are made with Flask, which no other command of this group needs.
    from broker.web.language import Language  # noqa: PLC0415
    from broker.wiring.factor_reset import factor_reset_by_operator  # noqa: PLC0415

    with (
        found_account(config, brand, email) as (room, account),
        factor_reset_by_operator(room.settings, room.stores, Language(language)) as resetting,
    ):
        gone = resetting.reset(account)
    told = f"has no second factor any more; there were {gone}" if gone else "had no second factor"
    click.echo(f"Account {account.id} {told}.")
