"""The lock files: what gets installed is decided here, by hash, wherever it is fetched from."""

from __future__ import annotations

import re

import pytest

from tests.workshop.workshop_files import ROOT

_ENTRY = re.compile(r"(?P<pin>[a-z0-9][a-z0-9._-]*==[^ \\]+)(?P<rest>.*)")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

LOCKS = ("broker", "otel", "demo", "dev", "interop")


def _entries(lock: str) -> dict[str, frozenset[str]]:
    """Pin with its marker, and the hashes that are allowed for it."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    entries = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        assert _ENTRY.fullmatch(line), f"requirements/{lock}.txt: not a pinned requirement: {line[:80]}"
        requirement = " ".join(line.partition("--hash")[0].split())
        entries[requirement] = frozenset(_HASH.findall(line))
    return entries


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_carries_a_hash_for_every_entry(lock: str) -> None:
    """Nothing can be installed whose content was not seen when the lock was made."""
    entries = _entries(lock)
    assert entries
    assert [name for name, hashes in entries.items() if not hashes] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_file_names_no_index(lock: str) -> None:
    """Where packages come from is the installer's own setting, never ours."""
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    assert (
        re.findall(
            r"https?://|--(?:extra-)?index-url|--find-links|--trusted-host|^-[ir] ", text, re.MULTILINE
        )
        == []
    )


@pytest.mark.parametrize(
    ("smaller", "larger"), [("broker", "demo"), ("demo", "dev"), ("broker", "otel"), ("otel", "dev")]
)
def test_lock_file_is_a_part_of_the_larger_one(smaller: str, larger: str) -> None:
    """One virtual environment serves demo and development: going on only adds, never changes a version."""
    larger_entries = _entries(larger)
    differing = {name for name, hashes in _entries(smaller).items() if larger_entries.get(name) != hashes}
    assert differing == set()
