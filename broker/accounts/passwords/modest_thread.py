"""Works in a thread that stands back: where the cores are wanted by anything else, that goes first.

Linux gives each thread a niceness of its own (setpriority(2)), and lets nobody take it back; so the work has
a thread to itself. It needs a library that lets go of the interpreter meanwhile, as argon2 does.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Final, TypeVar

NICENESS: Final = 5
"""A quarter of a core where one other thread wants it too; all of it where none does."""

_Made = TypeVar("_Made")


class ModestThread:
    """One thread, made when it is first needed, so that a process that is forked before has its own."""

    def __init__(self, niceness: int = NICENESS) -> None:
        self._niceness = niceness
        self._starting = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    def run(self, work: Callable[[], _Made]) -> _Made:
        """What `work` answers or raises; the caller waits."""
        with self._starting:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(1, "modest", initializer=self._stand_back)
        return self._pool.submit(work).result()

    def _stand_back(self) -> None:
        # A thread's id counts as a process's here (setpriority(2), "C library/kernel differences"). Where
        # that is forbidden the work is done all the same.
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), self._niceness)
