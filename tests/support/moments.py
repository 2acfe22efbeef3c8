"""Time for tests: a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class MovableClock:
    """A `broker.domain.clock.Clock` that a test moves by hand."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        """The moment it stands at."""
        return self.now

    def advance(self, *, seconds: float) -> None:
        """Moves on (or back)."""
        self.now += timedelta(seconds=seconds)

    def after(self, *, seconds: float) -> datetime:
        """The moment so many seconds from now."""
        return self.now + timedelta(seconds=seconds)
