"""Which questions a piece of work asks of the database and of Redis, counted."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_STORES = ("broker/storage/database.py", "broker/storage/redis_connection.py")


@contextmanager
def counted_store_calls() -> Iterator[Counter[str]]:
    """Count, for as long as the block lasts and in this thread, every call of the two stores by its name."""
    calls: Counter[str] = Counter()

    def profile(frame: FrameType, event: str, _argument: Any) -> None:
        if event == "call" and frame.f_code.co_filename.endswith(_STORES):
            calls[frame.f_code.co_qualname] += 1

    sys.setprofile(profile)
    try:
        yield calls
    finally:
        sys.setprofile(None)
