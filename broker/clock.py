"""The clock of this process: the machine's own, or in the demo one that can be moved."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from broker.domain.clock import Clock, system_clock
from broker.settings import Settings


def clock_of(settings: Settings) -> Clock:
    """The clock that the configuration asks for; production knows only the machine's own."""
    offset_file = settings.broker.clock.offset_file
    return system_clock if offset_file is None else MovableClock(settings.path(offset_file))


class MovableClock:
    """The machine's clock plus a whole number of seconds that stands in a file.

    All processes of the demo read the same file, so moving it moves them all. No file means no offset.
    """

    def __init__(self, offset_file: Path) -> None:
        self._offset_file = offset_file
        self._known: tuple[tuple[int, int], timedelta] | None = None

    def __call__(self) -> datetime:
        """The moved moment, aware and in UTC."""
        return system_clock() + self._offset()

    def _offset(self) -> timedelta:
        try:
            status = self._offset_file.stat()
        except FileNotFoundError:
            return timedelta(0)
        mark = (status.st_ino, status.st_mtime_ns)
        known = self._known
        if known is None or known[0] != mark:
            seconds = int(self._offset_file.read_text(encoding="ascii"))
            known = self._known = (mark, timedelta(seconds=seconds))
        return known[1]
