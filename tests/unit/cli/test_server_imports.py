"""What a server process imports, and what it must not: memory that every worker would hold."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

_PROGRAM = """
import json, sys
from broker.cli.lean_imports import import_leanly
from broker.cli.main import commands
import click
import_leanly()
commands.get_command(click.Context(commands), "serve")
import broker.wsgi
json.dump(sorted(sys.modules), sys.stdout)
"""


@pytest.fixture(scope="module")
def imported() -> frozenset[str]:
    """The modules of a server right before it makes its workers."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM], check=True, stdout=subprocess.PIPE)
    return frozenset(json.loads(done.stdout))


@pytest.mark.parametrize(
    "unused",
    [
        "alembic",
        "broker.cli.doctor",
        "broker.cli.importing",
        "broker.storage.full_schema",
        "broker.storage.schema_upgrade",
        "charset_normalizer",
        "dns",
        "greenlet",
        "opentelemetry",
        "prometheus_client",
        "pygments",
        "requests",
        "rich",
        "saml2.client",
        "saml2.sigver",
        "sqlalchemy.dialects.postgresql",
        "sqlalchemy.dialects.sqlite",
        "sqlalchemy.orm",
        "xmlschema",
    ],
)
def test_server_does_not_import_what_it_does_not_use(imported: frozenset[str], unused: str) -> None:
    """Each of these is for another command, for another database, or for nothing in a server."""
    assert unused not in imported


def test_server_imports_what_a_login_needs_before_there_are_workers(imported: frozenset[str]) -> None:
    """Imported before the fork it is in memory once, and no visitor waits for it."""
    assert imported >= {"broker.app", "broker.providers.saml.gate", "joserfc.jwt", "lxml.etree"}
