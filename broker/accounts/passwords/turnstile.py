"""Lets a few in at a time, over all processes of a machine, and few wait: hashing must not take every core.

A place is a locked file, because the kernel frees it when its holder dies. Each process takes one place at
most; who waits for it holds up a thread that could serve somebody else, so the waiting room is small.
"""

from __future__ import annotations

import fcntl
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from broker.errors import Busy, ConfigurationError

# A place is held for some 20 ms; looking for a free one costs microseconds.
_LOOK_AGAIN = timedelta(milliseconds=4)


@dataclass(frozen=True, slots=True)
class Room:
    """How many hash at once on this machine, how many of a process wait for that, and for how long."""

    places: int
    waiting: int = 1
    patience: timedelta = timedelta(seconds=2)

    @classmethod
    def for_cores(cls, cores: int) -> Room:
        """Half of the cores, so that logins without a password keep the other half."""
        return cls(places=max(1, cores // 2))


class Turnstile:
    """Bounds the work that goes on at once; safe to share between threads of one process."""

    def __init__(
        self, room: Room, folder: Path, *, steady_clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`folder` is shared by the processes that share the cores; it is made when it is not there.

        Raises `ConfigurationError` when somebody else could take places in it.
        """
        _own(folder)
        self._room = room
        self._files = tuple(folder / f"place-{number}.lock" for number in range(room.places))
        self._steady_clock = steady_clock
        self._present = threading.BoundedSemaphore(1 + room.waiting)
        self._own = threading.Lock()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """Work within the block; raises `Busy` when there is no room to wait, or waiting took too long."""
        if not self._present.acquire(blocking=False):
            raise Busy("no room to wait for a place to hash")
        try:
            ends_at = self._steady_clock() + self._room.patience.total_seconds()
            if not self._own.acquire(timeout=self._room.patience.total_seconds()):
                raise Busy("no place to hash within this process")
            try:
                place = self._place(ends_at)
                try:
                    yield
                finally:
                    os.close(place)  # which unlocks it
            finally:
                self._own.release()
        finally:
            self._present.release()

    def _place(self, ends_at: float) -> int:
        """A file that this process, and no other, has locked."""
        while True:
            for file in self._files:
                opened = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    os.close(opened)
                else:
                    return opened
            if self._steady_clock() >= ends_at:
                raise Busy("no place to hash on this machine")
            time.sleep(_LOOK_AGAIN.total_seconds())


def _own(folder: Path) -> None:
    """Make the folder, ours alone: in a folder for everybody another user may have put something there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise ConfigurationError((f"{folder}: cannot be made ({error.strerror})",)) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise ConfigurationError((f"{folder}: must be a directory that only this user writes to",))
