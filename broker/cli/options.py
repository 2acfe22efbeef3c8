"""What the commands have in common: where the configuration is, and the language they write to people in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from broker.errors import ConfigurationError
from broker.settings import Settings, load_settings

CONFIG_VARIABLE = "BROKER_CONFIG"


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("config"),
    show_default=True,
    envvar=CONFIG_VARIABLE,
    help="The configuration directory.",
)

brand_option = click.option("--brand", required=True, help="Name of its file under brands/.")
email_option = click.option("--email", required=True, help="The address of the account.")

_LANGUAGES = ("nl", "en")
language_option = click.option(
    "--language", type=click.Choice(_LANGUAGES), default=_LANGUAGES[0], show_default=True, help="Of the mail."
)


def require_brand(settings: Settings, brand: str) -> None:
    """Raise `ConfigurationError` for a brand that is none."""
    if brand not in settings.brands:
        raise ConfigurationError((f"--brand: there is no brands/{brand}.toml",))


def read_settings(config: Path) -> Settings:
    """The settings of a directory with this process's environment laid over them."""
    return load_settings(config, os.environ)
