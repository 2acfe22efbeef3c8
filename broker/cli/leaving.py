"""How a worker of the server leaves while others go on: it takes nothing new, and then ends what it has.

When granian is told to end, it hangs up on whoever has connected and not yet asked. So a worker first stops
accepting, a moment before: by then everybody whom it accepted has asked.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

LEAVE: Final = signal.SIGUSR1
_OPEN_FILES: Final = Path("/proc/self/fd")

FileId = tuple[int, int]
"""What an open file is, whatever number a process knows it by."""


def file_id(descriptor: int) -> FileId:
    """Of an open file."""
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


class LeavingWorker:
    """Makes the application in a worker that heeds `LEAVE`; it can be sent where processes are not forked."""

    def __init__(self, listener: FileId, make: Callable[[], WSGIApplication]) -> None:
        self._listener = listener
        self._make = make

    def __call__(self) -> WSGIApplication:
        """In the worker, before it serves."""
        signal.signal(LEAVE, lambda *_: stop_accepting(self._listener))
        return self._make()


def stop_accepting(listener: FileId) -> None:
    """Let this process, and no other, find nobody at the socket where all of them listen.

    The socket goes on in the other processes. Here another one takes its place, at which nobody ever knocks:
    the loop that accepts is inside granian, and offers no other way to stop it.
    """
    if not _OPEN_FILES.exists():
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as nobody:
        nobody.bind("")  # The kernel makes up a name that is in no folder (unix(7), autobind).
        nobody.listen(1)
        nobody.setblocking(False)
        for descriptor in [int(entry.name) for entry in _OPEN_FILES.iterdir()]:
            if _is(descriptor, listener):
                os.dup2(nobody.fileno(), descriptor, inheritable=False)


def _is(descriptor: int, wanted: FileId) -> bool:
    try:
        return file_id(descriptor) == wanted
    except OSError:
        # Other threads open and close files meanwhile, and so did the listing.
        return False
