"""Moments that operators type or put into files."""

from __future__ import annotations

from datetime import UTC, datetime


def moment_in(text: str) -> datetime | None:
    """What the text says in ISO 8601 with its zone, in UTC; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
        # In UTC the first and the last moments that can be written lie beyond all years.
        return None if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
