"""Commands that are imported when they are asked for."""

from __future__ import annotations

import click

from broker.cli.main import commands


def test_each_command_is_listed_once_however_often_it_was_imported() -> None:
    """Help imports every command; afterwards none is listed twice."""
    context = click.Context(commands)
    commands.get_help(context)
    names = commands.list_commands(context)
    assert len(names) == len(set(names))
    assert {"serve", "worker", "db", "import"} <= set(names)


def test_unknown_command_is_none() -> None:
    """Click then says that there is no such command."""
    assert commands.get_command(click.Context(commands), "nothing") is None
