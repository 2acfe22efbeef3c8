"""The list of events: complete, without doubles, and the page that tells it is made from it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from broker.domain.events import ALL_EVENTS, SecurityEvent

ROOT = Path(__file__).parents[2]


def test_every_event_is_listed_once() -> None:
    """A class outside the list would be missing from the reference; two of one kind would mix."""
    # By name: a dataclass with slots is made twice, and the first one lingers.
    declared = {event.__qualname__ for event in SecurityEvent.__subclasses__()}
    assert {event.__qualname__ for event in ALL_EVENTS} == declared
    assert len({event.kind for event in ALL_EVENTS}) == len(ALL_EVENTS)


def test_events_reference_is_current() -> None:
    """What the page says is what the script makes of the code."""
    made = subprocess.run(
        [sys.executable, "-c", _PRINT], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert made == (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")


_PRINT = """
import runpy
print(runpy.run_path("scripts/reference")["page"]("events"), end="")
"""
