"""The switch that turns one fault on for the next login, or for what else it belongs to."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """A fault as the switch and its page know it."""

    @property
    def name(self) -> str:
        """What programs call it by."""

    @property
    def description(self) -> str:
        """What it does, in a Dutch sentence."""


FaultT = TypeVar("FaultT", bound=Named)


def _any(_: object) -> bool:
    return True


class UnknownFault(ValueError):
    """There is no fault of that name."""


class FaultSwitch(Generic[FaultT]):
    """At most one fault is on; the next login takes it along and thereby switches it off."""

    def __init__(self, faults: Sequence[FaultT]) -> None:
        self.faults = tuple(faults)
        self._by_name = {fault.name: fault for fault in faults}
        self._lock = threading.Lock()
        self._active: FaultT | None = None

    @property
    def active(self) -> FaultT | None:
        """The fault that waits for the next login."""
        return self._active

    def switch_to(self, name: str | None) -> None:
        """Switches on the fault of that name, or none. Raises `UnknownFault`."""
        if name is not None and name not in self._by_name:
            raise UnknownFault
        with self._lock:
            self._active = None if name is None else self._by_name[name]

    def take(self, wanted: Callable[[FaultT], bool] = _any) -> FaultT | None:
        """The fault for what starts now; one that is not `wanted` goes on waiting."""
        with self._lock:
            taken = self._active
            if taken is None or not wanted(taken):
                return None
            self._active = None
            return taken
