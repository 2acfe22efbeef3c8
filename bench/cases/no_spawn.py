"""Processes started and private keys loaded by a login: none of either."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from bench.cases.common import Options
from bench.inside import visitor_inside
from bench.load import Visitor
from bench.results import Figure, Target
from bench.stage import Wanted, standing

TARGET = Target(bar=0, goal=0)
LOGINS = 150
_SPAWNS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.exec", "os.system"})
_KEY_LOADS = frozenset(
    {
        "load_pem_private_key",
        "load_der_private_key",
        "load_ssh_private_key",
        "load_key_and_certificates",
        "load_pkcs12",
        "private_key",
        "derive_private_key",
        "from_private_bytes",
        "load_cert_chain",
    }
)


@dataclass(slots=True)
class Counts:
    """What was seen."""

    spawned: int = 0
    loaded: int = 0


class Watch:
    """Counts starts of processes (audit events of Python, for good) and loads of keys (calls into C)."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._watching: int | None = None
        sys.addaudithook(self._on_audit)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Count what this thread does in here."""
        self._watching = threading.get_ident()
        sys.setprofile(self._on_call)
        try:
            yield
        finally:
            sys.setprofile(None)
            self._watching = None

    def count(self, act: Callable[[], object]) -> Counts:
        """What `act` does."""
        self.counts = Counts()
        with self.watching():
            act()
        return self.counts

    def _on_audit(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if event in _SPAWNS and self._watching == threading.get_ident():
            self.counts.spawned += 1

    def _on_call(self, _frame: FrameType, event: str, argument: object) -> None:
        if event == "c_call" and getattr(argument, "__name__", "") in _KEY_LOADS:
            self.counts.loaded += 1


def no_spawn(options: Options) -> list[Figure]:
    """Counted inside one process, after a first login that may fill caches; the counter is tried first."""
    watch = Watch()
    seen = watch.count(_spawn_and_load)
    if seen.spawned < 1 or seen.loaded < 1:
        raise RuntimeError("the counter does not count")
    with standing(Wanted(database=options.database())) as stage, visitor_inside(stage) as visitor:
        visitor.log_in()
        found = watch.count(partial(_log_in_often, visitor))
    return [
        _figure("processes started per login", found.spawned),
        _figure("private keys loaded per login", found.loaded),
    ]


def _log_in_often(visitor: Visitor) -> None:
    for _ in range(LOGINS):
        visitor.log_in()


def _figure(name: str, count: int) -> Figure:
    return Figure.of_rounds(name, TARGET, [count / LOGINS], operations=LOGINS)


def _spawn_and_load() -> None:
    subprocess.run([sys.executable, "-c", ""], check=True)
    key = generate_private_key(SECP256R1())
    load_pem_private_key(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), None)
