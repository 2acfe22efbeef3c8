"""How faults of a configuration are told: all of them, each with file and key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from broker.errors import ConfigurationError

_Loaded = TypeVar("_Loaded")


@contextmanager
def named(where: str) -> Iterator[None]:
    """Puts file and key before every fault of the block."""
    try:
        yield
    except ConfigurationError as error:
        raise ConfigurationError(tuple(f"{where}: {fault}" for fault in error.faults)) from error


def gather(faults: list[str], load: Callable[[], _Loaded]) -> _Loaded | None:
    """What `load` gives; None when it finds a fault, which is told in `faults`."""
    try:
        return load()
    except ConfigurationError as error:
        faults.extend(error.faults)
        return None


def collect(faults: list[str], where: str, load: Callable[[], _Loaded]) -> _Loaded | None:
    """The same with file and key before the faults, where `load` does not know them."""
    found: list[str] = []
    loaded = gather(found, load)
    faults.extend(f"{where}: {fault}" for fault in found)
    return loaded
