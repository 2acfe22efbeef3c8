"""The demo's clock: real time plus an offset that lives in one small file.

Every process of the demo asks this clock, so moving the file moves them all. A missing file is an
offset of zero.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC."""

OFFSET_FILE = Path("clock-offset")
"""Where the offset lies, seen from the state directory."""


def real_time() -> datetime:
    """The machine's own clock."""
    return datetime.now(UTC)


class DemoClock:
    """A `Clock` that adds the offset (whole seconds) found in a file.

    Asking costs one `stat`; the file is read only when it has changed. A file that does not hold a
    whole number raises `ValueError`: a wrong time must not pass for a right one.
    """

    def __init__(self, file: Path, real: Clock = real_time) -> None:
        self._file = file
        self._real = real
        self._lock = threading.Lock()
        self._seen: tuple[tuple[int, int] | None, int] = (None, 0)

    @classmethod
    def of_state(cls, state: Path) -> DemoClock:
        """The clock of the demo whose state directory (`var/demo`) this is."""
        return cls(state / OFFSET_FILE)

    def __call__(self) -> datetime:
        """Now, as the demo sees it."""
        return self._real() + timedelta(seconds=self.offset_seconds())

    def offset_seconds(self) -> int:
        """The seconds that are added to real time at this moment."""
        try:
            status = self._file.stat()
        except FileNotFoundError:
            return 0
        # A rename gives a new inode, so two writes within one timestamp tick still differ.
        mark = (status.st_ino, status.st_mtime_ns)
        seen_mark, seconds = self._seen
        if mark != seen_mark:
            seconds = int(self._file.read_text(encoding="ascii"))
            self._seen = (mark, seconds)
        return seconds

    def advance(self, seconds: int) -> int:
        """Moves the clock for every process at once and gives the new offset in seconds."""
        with self._lock:
            offset = self.offset_seconds() + seconds
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".clock-")
            with os.fdopen(handle, "w", encoding="ascii") as out:
                out.write(f"{offset}\n")
            Path(name).replace(self._file)
            return offset
