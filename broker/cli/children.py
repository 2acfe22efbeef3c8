"""Programs that run beside the server and end with it, also when it is killed: their input then closes."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

_GRACE_SECONDS = 10


@contextmanager
def child(arguments: Sequence[str], *, hand_over: tuple[int, ...] = ()) -> Iterator[None]:
    """Run a command of ours as long as the block; `hand_over` are open files that it gets."""
    program = [sys.executable, "-m", "broker.cli", *arguments, "--stop-with-parent"]
    running = subprocess.Popen(program, stdin=subprocess.PIPE, pass_fds=hand_over)
    try:
        yield
    finally:
        running.terminate()
        running.wait(_GRACE_SECONDS)


def when_parent_ends(stop: Callable[[], None]) -> None:
    """Call `stop`, from a thread of its own, when standard input closes."""

    def wait() -> None:
        sys.stdin.read()
        stop()

    threading.Thread(target=wait, daemon=True).start()
