"""The operator's pages name commands and files that exist."""

from __future__ import annotations

import json
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest

from broker.cli.main import commands
from broker.oidc.client_keys import parse_client_keys
from broker.settings import BrokerFile
from broker.settings.model import Section
from tests.workshop.workshop_files import ROOT

PAGES = sorted((ROOT / "docs/how-to").glob("*.md"))
OPERATORS = {"install.md", "configure.md", "back-up.md", "upgrade.md", "observe.md"}


def lines() -> list[tuple[str, str]]:
    """Every `broker …` that a page tells to type, or names in a sentence with its options."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        typed = [line for block in blocks for line in block.splitlines() if line.startswith("broker ")]
        named = re.findall(r"`(broker [a-z][^`]*)`", text)
        found += [(page.name, line.partition(" > ")[0]) for line in (*typed, *named)]
    return found


def test_pages_of_the_operator_are_there() -> None:
    """Install, configure, back up, upgrade, observe."""
    assert {page.name for page in PAGES} >= OPERATORS


@pytest.mark.parametrize(("page", "line"), lines())
def test_command_exists_with_its_options(page: str, line: str) -> None:
    """What a page tells to type, the program knows."""
    command: click.Command = commands
    words = shlex.split(line)[1:]
    while words and isinstance(command, click.Group):
        inner = command.get_command(click.Context(command), words.pop(0))
        assert inner is not None, f"{page}: {line}"
        command = inner
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert [word for word in words if word.startswith("--") and word not in known] == [], f"{page}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_and_files_of_a_page_exist(page: object) -> None:
    """A page leads nowhere but to what is there."""
    path = next(found for found in PAGES if found == page)
    text = path.read_text(encoding="utf-8")
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", text)
    assert [target for target in targets if not (path.parent / target).exists()] == []
    files = re.findall(r"`((?:deploy|config|requirements|docs)/[\w./-]+)`", text)
    assert [file for file in files if not (ROOT / file).exists()] == []


def test_variables_of_the_pages_are_settings() -> None:
    """A variable that sets nothing would be refused at start."""
    for page in PAGES:
        for variable in re.findall(r"\bBROKER_([A-Z_]+__[A-Z_]+)", page.read_text(encoding="utf-8")):
            section, key = variable.lower().split("__")
            model = _section(section)
            assert model is not None, f"{page.name}: {variable}"
            assert key in model.model_fields, f"{page.name}: {variable}"


def test_keys_that_the_page_for_portals_makes_are_taken(tmp_path: Path) -> None:
    """As it stands there; the private file is the maker's alone, and the public one holds no secret."""
    page = (ROOT / "docs/how-to/connect-a-portal.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(import json, os\n.*?)^```", page, re.MULTILINE | re.DOTALL)
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    known = parse_client_keys(json.loads((tmp_path / "my-portal.public.jwks").read_text("utf-8")))
    assert set(known.signing) == {"my-portal-2026"}
    assert stat.S_IMODE((tmp_path / "my-portal.private.jwks").stat().st_mode) == stat.S_IRUSR | stat.S_IWUSR


def _section(name: str) -> type[Section] | None:
    annotation = BrokerFile.model_fields[name].annotation
    parts = (annotation, *getattr(annotation, "__args__", ()))
    return next((part for part in parts if isinstance(part, type) and issubclass(part, Section)), None)
