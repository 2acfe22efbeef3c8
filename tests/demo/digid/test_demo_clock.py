"""The demo's clock: one file moves every process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.clock import DemoClock

REAL = datetime(2026, 3, 4, 9, 15, tzinfo=UTC)


def clock(state: Path) -> DemoClock:
    """A demo clock over a real time that stands still."""
    return DemoClock(state / "clock-offset", real=lambda: REAL)


def test_clock_without_a_file_tells_real_time(tmp_path: Path) -> None:
    """Absent means zero."""
    assert clock(tmp_path)() == REAL


def test_clock_that_is_advanced_moves_for_everybody(tmp_path: Path) -> None:
    """Two clocks on one file agree, step after step."""
    one, other = clock(tmp_path), clock(tmp_path)
    assert one.advance(60) == 60
    assert other() == REAL + timedelta(seconds=60)
    assert other.advance(-100) == -40
    assert one() == REAL - timedelta(seconds=40)
    assert (tmp_path / "clock-offset").read_text() == "-40\n"
    assert [file.name for file in tmp_path.iterdir()] == ["clock-offset"]


def test_clock_refuses_a_file_that_is_no_number(tmp_path: Path) -> None:
    """A wrong time must not pass for a right one."""
    (tmp_path / "clock-offset").write_text("morgen")
    with pytest.raises(ValueError, match="invalid literal"):
        clock(tmp_path)()


def test_clock_of_the_state_directory_tells_aware_utc(tmp_path: Path) -> None:
    """The offset lies in the state directory itself."""
    (tmp_path / "clock-offset").write_text("3600")
    ahead = DemoClock.of_state(tmp_path)() - datetime.now(UTC)
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
