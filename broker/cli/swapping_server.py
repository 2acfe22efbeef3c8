"""The HTTP server, whose workers are replaced all together while it goes on serving.

granian can replace its workers too, but it stops the old ones after a fixed time, whether the new ones serve
or not, and its workers listen on a socket each: what waits at the socket of one that ends is lost. Here all
accept from one socket, which outlives them, and old ones leave when every new one has said that it serves.
"""

from __future__ import annotations

import multiprocessing
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from granian.constants import Interfaces
from granian.net import SocketSpec  # type: ignore[attr-defined]  # granian names it so, and lists no names
from granian.server.mp import MPServer

from broker.cli.leaving import LEAVE, LeavingWorker, file_id

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_GRACE_SECONDS: Final = 10
# Longer than any request takes; who holds a connection open and asks nothing is not waited for longer.
_IN_FLIGHT_SECONDS: Final = 60
_START_SECONDS: Final = 60
# Who has connected to a worker that accepts no more has asked by then.
_SETTLE_SECONDS: Final = 1
_LOOK_SECONDS: Final = 0.05
REFUSED_STATUS: Final = 1
"""The exit status of a new worker that finds a fault in its files."""


class Swap(Enum):
    """How replacing the workers ended."""

    DONE = auto()
    REFUSED = auto()
    """A new worker found a fault; the old ones serve on."""
    NOT_NOW = auto()
    """A new worker did not come to serve, for another reason; the old ones serve on."""


class SwappingServer(MPServer):
    """Serves; `swap`, called from another thread, replaces the workers."""

    def __init__(
        self,
        first: Callable[[], WSGIApplication],
        following: Callable[[Connection], WSGIApplication],
        *,
        on_start: Callable[[], None],
        on_hangup: Callable[[], None],
        **options: Any,  # noqa: ANN401 - granian's own, handed on as they come
    ) -> None:
        """`first` makes the application in each worker, `following` in those that replace them.

        `following` ends its process when it cannot, and sends something when it can. `on_start` is called
        once when the workers are started, `on_hangup` for each SIGHUP.
        """
        super().__init__(
            "broker.wsgi",
            interface=Interfaces.WSGI,
            log_access=False,
            workers_kill_timeout=_GRACE_SECONDS,
            **options,
        )
        self._first, self._following = first, following
        self._on_start, self._on_hangup = on_start, on_hangup
        self._swap = Swap.NOT_NOW
        self._swapped = threading.Event()
        self._leaving: list[Any] = []
        self.on_shutdown(self._end_who_leaves)

    def serve_until_stopped(self) -> None:
        """Serve until this process is told to end."""
        self.serve(target_loader=self._first, wrap_loader=False)

    def swap(self) -> Swap:
        """Replace every worker, or none."""
        self._swapped.clear()
        super().signal_handler_reload()  # type: ignore[no-untyped-call]  # granian left it untyped
        self._swapped.wait()
        return self._swap

    def startup(self, spawn_target: Any, target_loader: Any) -> None:  # noqa: ANN401 - granian's types
        """As granian; other threads begin after the first workers are forked."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]  # granian left it untyped
        self._on_start()

    def signal_handler_reload(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - granian's types
        """SIGHUP: the files are judged first, and what follows reaches us as it reaches everybody."""
        self._on_hangup()

    def _init_shared_socket(self) -> None:
        # As granian does where workers cannot have a socket each.
        holder = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._shd = holder  # type: ignore[assignment]  # it says None, and means one or the other
        self._sso = socket.socket(fileno=holder.get_fd())
        self._sso.set_inheritable(True)
        self._listener = file_id(self._sso.fileno())

    def _spawn_worker(  # type: ignore[override]  # as its own servers have it
        self,
        idx: int,
        target: Any,  # noqa: ANN401 - granian's types
        callback_loader: Callable[[], WSGIApplication],
    ) -> Any:  # noqa: ANN401 - granian's types
        leaving = LeavingWorker(self._listener, callback_loader)
        return super()._spawn_worker(idx, target, leaving)

    def _respawn_workers(
        self,
        workers: Iterable[int],
        spawn_target: Any,  # noqa: ANN401 - granian's types
        target_loader: Any,  # noqa: ANN401, ARG002 - granian's types; the following ones have their own
        delay: float = 0,  # noqa: ARG002 - nobody waits for a time here
    ) -> None:
        try:
            self._swap = self._replace(tuple(workers), spawn_target)
        finally:
            self._swapped.set()

    def _replace(self, places: Sequence[int], spawn_target: Any) -> Swap:  # noqa: ANN401 - granian's types
        new: list[Any] = []
        said, say = multiprocessing.Pipe(duplex=False)
        # One alone first: it finds the faults, so that they are told once.
        for batch in (places[:1], places[1:]):
            started = [
                self._spawn_worker(place, spawn_target, _Loader(self._following, say)) for place in batch
            ]
            new += started
            for worker in started:
                worker.inner.start()
            swap = self._awaited(started, said)
            if swap is not Swap.DONE:
                _end(new, _GRACE_SECONDS)
                return swap
        old, self.wrks = self.wrks, new
        for worker in new:
            worker._watch()  # noqa: SLF001 - as granian's own start does, which cannot be undone when it fails
        self._let_go(old)
        return Swap.DONE

    def _awaited(self, started: Sequence[Any], said: Connection) -> Swap:
        deadline, silent = time.monotonic() + _START_SECONDS, len(started)
        while silent:
            if said.poll(_LOOK_SECONDS):
                said.recv()
                silent -= 1
                continue
            ended = [worker.inner.exitcode for worker in started if worker.inner.exitcode is not None]
            if ended:
                return Swap.REFUSED if REFUSED_STATUS in ended else Swap.NOT_NOW
            if self.interrupt_signal or time.monotonic() > deadline:
                return Swap.NOT_NOW
        return Swap.DONE

    def _let_go(self, old: list[Any]) -> None:
        for worker in old:
            worker.interrupt_by_parent = True
            os.kill(worker.inner.pid, LEAVE)
        self._leaving = [worker for worker in self._leaving if worker.is_alive()] + old
        threading.Thread(target=_end_later, args=(old,), daemon=True).start()

    def _end_who_leaves(self) -> None:
        _end(self._leaving, _GRACE_SECONDS)


class _Loader:
    """What granian calls in the new process; it can be sent there where processes are not forked."""

    def __init__(self, following: Callable[[Connection], WSGIApplication], say: Connection) -> None:
        self._following, self._say = following, say

    def __call__(self) -> WSGIApplication:
        return self._following(self._say)


def _end_later(workers: Iterable[Any]) -> None:
    time.sleep(_SETTLE_SECONDS)
    _end(workers, _IN_FLIGHT_SECONDS)


def _end(workers: Iterable[Any], grace_seconds: float) -> None:
    """Ask them to end what they are doing, and no more; none is left when this returns."""
    deadline = time.monotonic() + grace_seconds
    asked = list(workers)
    for worker in asked:
        worker.terminate()
    for worker in asked:
        worker.join(max(0.0, deadline - time.monotonic()))
        if worker.is_alive():
            worker.kill()
            worker.join()
