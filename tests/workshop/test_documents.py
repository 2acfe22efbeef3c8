"""The licence, the decisions and the changelog have the form that readers count on."""

from __future__ import annotations

import hashlib
import re
import tomllib
from datetime import date

import pytest

from tests.workshop.workshop_files import ROOT

# Of the words of the English text of the EUPL v. 1.2, however it is wrapped and punctuated.
_EUPL_WORDS_SHA256 = "8a14e695861d7e6dc2158614896f2b9963941d46e4ed3c986639b51e9337294a"

_ADR_FOLDER = ROOT / "docs" / "adr"
_DECISIONS = sorted(path.name for path in _ADR_FOLDER.glob("[0-9]*.md"))


def test_licence_is_the_eupl_word_for_word() -> None:
    """A licence is a legal text: not a word more or less."""
    words = re.findall(r"[0-9A-Za-zÀ-ÿ]+", (ROOT / "LICENSE").read_text(encoding="utf-8"))
    assert hashlib.sha256(" ".join(words).encode()).hexdigest() == _EUPL_WORDS_SHA256


def test_package_states_the_licence_it_carries() -> None:
    """The metadata of the package and the file beside it agree."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "EUPL-1.2"
    assert project["license-files"] == ["LICENSE"]


@pytest.mark.parametrize("name", _DECISIONS)
def test_decision_says_when_what_and_what_was_refused(name: str) -> None:
    """A decision without its date or its alternatives cannot be judged later."""
    text = (_ADR_FOLDER / name).read_text(encoding="utf-8")
    assert text.startswith(f"# {int(name[:4])}. ")
    dated = re.search(r"^- Date: (\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert dated
    date.fromisoformat(dated[1])
    assert re.search(r"^- Status: (accepted|replaced by \d+|withdrawn)$", text, re.MULTILINE)
    headings = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert headings[:4] == ["Context", "Decision", "Options refused", "Consequences"]
    assert len(re.findall(r"^- \*\*", text.partition("## Options refused")[2], re.MULTILINE)) >= 2


def test_decisions_are_numbered_and_listed() -> None:
    """The index names every decision once, in order."""
    assert [int(name[:4]) for name in _DECISIONS] == list(range(1, len(_DECISIONS) + 1))
    index = (_ADR_FOLDER / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[\d+\]\((.*?)\)", index, re.MULTILINE) == _DECISIONS


def test_changelog_has_the_agreed_form() -> None:
    """Keep a Changelog: what is coming stands on top, by kind."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## (.*)$", text, re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", version) for version in versions[1:])
    kinds = set(re.findall(r"^### (.*)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


@pytest.mark.parametrize(
    "name", ["CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "deploy/README.md", "docs/adr/README.md"]
)
def test_links_between_documents_arrive(name: str) -> None:
    """A link to a file of ours leads to one."""
    document = ROOT / name
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", document.read_text(encoding="utf-8"))
    assert [target for target in targets if not (document.parent / target).exists()] == []
