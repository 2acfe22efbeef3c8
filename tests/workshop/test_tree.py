"""Rules for every file of the repository."""

from __future__ import annotations

import os
import re
import tomllib

import pytest

from tests.workshop.workshop_files import ROOT, project_files, run, shell_scripts

_HOME = re.compile(rb"(?<![\w.:/-])/(?:home|Users)/[a-z][\w-]*/|(?<![\w.:/-])/roo[t]/")
# A checkout right below the root of a disk has a name too common to look for.
_DEPTH_WORTH_LOOKING_FOR = 3


def test_tree_holds_no_path_of_one_machine() -> None:
    """A path of somebody's own machine works for nobody else."""
    checkout = re.compile(rb"(?<![\w.-])" + re.escape(str(ROOT).encode()) + rb"(?![\w-])")
    looked_for = [_HOME, checkout] if len(ROOT.parts) >= _DEPTH_WORTH_LOOKING_FOR else [_HOME]
    found = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if any(pattern.search(path.read_bytes()) for pattern in looked_for)
    ]
    assert found == []


def test_tree_holds_no_private_key() -> None:
    """Keys of the demo and of the tests are made where they run."""
    marker = b"-----BEGIN " + b"%s" + b"PRIVATE KEY-----"
    kinds = [marker % kind for kind in (b"", b"RSA ", b"EC ", b"ENCRYPTED ")]
    found = [
        str(path.relative_to(ROOT))
        for path in project_files()
        if any(re.search(rb"^" + kind, path.read_bytes(), re.MULTILINE) for kind in kinds)
    ]
    assert found == []


@pytest.mark.parametrize("script", [str(path.relative_to(ROOT)) for path in shell_scripts()])
def test_shell_script_parses_and_may_be_run(script: str) -> None:
    """A script with a slip, or without its run bit, is found before somebody needs it."""
    answer = run("bash", "-n", script)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert os.access(ROOT / script, os.X_OK), f"{script} has no run bit"


def test_shell_scripts_stop_at_the_first_failure() -> None:
    """`set -e` and `set -u` stand in each; only scripts/check goes on, to report everything at once."""
    going_on = {
        str(path.relative_to(ROOT))
        for path in shell_scripts()
        if not re.search(r"^set -eu", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert going_on == {"scripts/check"}


def test_build_server_runs_the_commands_of_the_readme() -> None:
    """What proves a change is what a reader can type."""
    text = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert re.search(r"\bmake lint\b", text)
    assert re.search(r"\bmake test\b", text)


def test_switched_off_lint_rules_say_why() -> None:
    """A rule that is off carries its reason on the same line."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    section = text[text.index("[tool.ruff.lint]") : text.index("[tool.ruff.lint.mccabe]")]
    ignored = [line for line in section.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*"', line)]
    assert ignored
    assert [line.strip() for line in ignored if not re.search(r",\s+# \S", line)] == []


def test_third_party_warnings_are_excused_one_by_one() -> None:
    """Warnings are errors; an exception names a category and a module or a message, never all of them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    first, *exceptions = settings["tool"]["pytest"]["ini_options"]["filterwarnings"]
    assert first == "error"
    for exception in exceptions:
        parts: list[str] = [*exception.split(":"), "", "", ""]
        action, message, category, module = parts[:4]
        assert action == "ignore"
        assert category, exception
        assert message or module, exception
