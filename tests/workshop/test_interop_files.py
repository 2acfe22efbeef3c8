"""What the how-to tells portal builders to copy is what `make interop` runs, at versions that are locked."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.workshop.workshop_files import ROOT, run

_INTEROP = ROOT / "tests/interop"
_PAGE = (ROOT / "docs/how-to/connect-a-portal.md").read_text(encoding="utf-8")
_BLOCKS = dict(
    re.findall(r"^`(tests/interop/[^`]+)`:\n\n```\w+\n(.*?)^```$", _PAGE, re.MULTILINE | re.DOTALL)
)
_CLIENTS = sorted(path.name for path in _INTEROP.iterdir() if path.is_dir() and path.name != "__pycache__")
_PACKAGES = json.loads((_INTEROP / "package-lock.json").read_text(encoding="utf-8"))["packages"]


@pytest.mark.parametrize("file", _BLOCKS)
def test_page_shows_the_file_that_runs(file: str) -> None:
    """Letter by letter; a snippet that nobody runs is a guess."""
    assert _BLOCKS[file] == (ROOT / file).read_text(encoding="utf-8")


def test_page_shows_what_it_promises() -> None:
    """A library in Python, one in JavaScript, a server, and a page with its backend."""
    shown = {file.split("/")[2] for file in _BLOCKS}
    assert shown == {"authlib", "openid-client", "mod_auth_openidc", "oidc-client-ts"}


@pytest.mark.parametrize("client", _CLIENTS)
def test_client_has_a_test_and_stands_in_the_page(client: str) -> None:
    """Each folder is one library that somebody may want to use."""
    assert (_INTEROP / f"test_{client.replace('-', '_')}.py").exists()
    assert f"tests/interop/{client}/" in _PAGE


def test_packages_for_node_are_locked_by_hash() -> None:
    """Content decides, not the place it is fetched from: that is the installer's own setting."""
    locked = {name: package for name, package in _PACKAGES.items() if name}
    assert locked
    assert [name for name, package in locked.items() if "integrity" not in package] == []
    assert [name for name, package in locked.items() if "resolved" in package] == []


def test_libraries_of_others_wait_for_their_own_target() -> None:
    """`make test` and `make check` install and start nothing of theirs."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    choices = re.findall(r"^\t@\$\(PYTEST\) -m '([^']+)'", makefile, re.MULTILINE)
    assert len(choices) == 2
    assert [choice for choice in choices if "not interop" not in choice] == []


def test_old_node_is_refused_in_one_sentence_before_anything_is_installed(tmp_path: Path) -> None:
    """The Node of Debian 12 does not run openid-client 6."""
    for name in ("bash", "dirname"):
        (tmp_path / name).symlink_to(shutil.which(name) or "missing")
    for name, words in (("node", "echo v18.20.4"), ("apt-get", "echo installed anyway")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{words}\n", encoding="utf-8")
        program.chmod(0o755)
    answer = run("scripts/interop-prerequisites", tmp_path / "interop", path=str(tmp_path))
    assert (answer.returncode, answer.stdout) == (1, "")
    assert answer.stderr == "voordeur: make interop needs Node 20 or later; node --version says 18.20.4\n"
