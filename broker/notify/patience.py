"""How long to wait before a message is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

_WAITS_SECONDS: Final = (5, 15, 60, 300, 900, 1800)
_LONGEST_WAIT_SECONDS: Final = 3600


def wait_after(attempts: int) -> timedelta:
    """The wait after that many attempts (1 or more): short at first, for a hiccup; then an hour each."""
    known = attempts <= len(_WAITS_SECONDS)
    return timedelta(seconds=_WAITS_SECONDS[attempts - 1] if known else _LONGEST_WAIT_SECONDS)
