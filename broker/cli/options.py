"""What the commands have in common: where the configuration is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from broker.settings import Settings, load_settings

_Command = TypeVar("_Command", bound=Callable[..., Any])

CONFIG_VARIABLE = "BROKER_CONFIG"


def config_option(command: _Command) -> _Command:
    """Give a command `--config DIR`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, file_okay=False),
        default=Path("config"),
        show_default=True,
        envvar=CONFIG_VARIABLE,
        help="The configuration directory.",
    )(command)


def read_settings(config: Path) -> Settings:
    """The settings of a directory with this process's environment laid over them."""
    return load_settings(config, os.environ)
