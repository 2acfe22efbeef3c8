"""The Makefile and the scripts behind it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.workshop.workshop_files import ROOT, run

_MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def _executable(path: Path, body: str) -> Path:
    path.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def _path_with(folder: Path, *programs: str) -> str:
    """A PATH on which only these programs of the real one are found."""
    for name in programs:
        found = shutil.which(name)
        assert found, f"{name} is needed"
        (folder / name).symlink_to(found)
    return str(folder)


def test_help_lists_every_target() -> None:
    """Whoever types `make` reads all that can be typed."""
    answer = run("make")
    phony = re.search(r"^\.PHONY: (.*)$", _MAKEFILE, re.MULTILINE)
    assert phony
    assert answer.returncode == 0
    assert re.findall(r"^  make (\w+)", answer.stdout, re.MULTILINE) == phony[1].split()


def test_demo_needs_only_what_the_demo_runs() -> None:
    """A first look does not wait for browsers, linters and test tools."""
    rule = re.search(r"^demo: (?P<needs>.*?) ##", _MAKEFILE, re.MULTILINE)
    assert rule
    assert rule["needs"] == "$(VENV)/.demo"
    assert "requirements/dev.txt" not in re.findall(r"^\$\(VENV\)/\.demo: (.*)$", _MAKEFILE, re.MULTILINE)[0]


@pytest.mark.parametrize(
    ("reset", "ending"),
    [
        ("RESET=1", "-m demo.run --end-with-parent --reset"),
        ("RESET=0", "-m demo.run --end-with-parent"),
        ("RESET=", "-m demo.run --end-with-parent"),
    ],
)
def test_demo_starts_afresh_only_when_asked(reset: str, ending: str) -> None:
    """RESET=1 hands --reset on; accounts are otherwise kept."""
    answer = run("make", "--dry-run", "demo", reset)
    assert answer.returncode == 0
    assert answer.stdout.splitlines()[-1].strip().endswith(ending)


def test_makefile_uses_nothing_newer_than_gnu_make_3_81() -> None:
    """The make of macOS has no .ONESHELL, no `!=` and no grouped targets."""
    assert re.findall(r"^\.ONESHELL|^\w+ *!=|&:", _MAKEFILE, re.MULTILINE) == []


def test_environment_refuses_an_old_python_in_one_sentence(tmp_path: Path) -> None:
    """The person reads what is missing and what to type, not a traceback."""
    path = _path_with(tmp_path, "bash", "dirname")
    _executable(tmp_path / "python3", "exit 1")
    answer = run("scripts/venv", tmp_path / "environment", "demo", path=path)
    assert answer.returncode == 1
    assert re.fullmatch(r"voordeur: no Python 3\.11 or newer found; run: [^\n]+\n", answer.stderr)


def test_environment_names_the_command_when_venv_is_missing(tmp_path: Path) -> None:
    """Debian ships Python without venv; the sentence says how to get it."""
    path = _path_with(tmp_path, "bash", "dirname")
    _executable(tmp_path / "apt-get", "exit 1")
    _executable(tmp_path / "python3", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    answer = run("scripts/venv", tmp_path / "environment", "demo", path=path)
    assert answer.returncode == 1
    assert (
        answer.stderr == f"voordeur: {tmp_path}/python3 has no venv module; run: apt install python3-venv\n"
    )
    assert not (tmp_path / "environment").exists()


def test_prerequisites_name_one_command_when_they_may_not_install(tmp_path: Path) -> None:
    """Without the right to install, the tests say what to type and change nothing."""
    path = _path_with(tmp_path, "bash")
    _executable(tmp_path / "apt-get", "echo installed anyway")
    _executable(tmp_path / "id", "echo 1000")
    answer = run("scripts/test-prerequisites", path=path)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert re.fullmatch(
        r"voordeur: the tests need: (?P<what>chromium firefox-esr redis-server(?: postgresql)? xmlsec1); "
        r"run: sudo apt-get install (?P=what)\n",
        answer.stderr,
    )


def test_prerequisites_are_silent_when_nothing_is_missing(tmp_path: Path) -> None:
    """The second `make test` installs nothing."""
    path = _path_with(tmp_path, "bash")
    for name in ("chromium", "firefox-esr", "redis-server", "initdb", "xmlsec1"):
        _executable(tmp_path / name, "exit 1")
    _executable(tmp_path / "apt-get", "echo installed anyway")
    answer = run("scripts/test-prerequisites", path=path)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
