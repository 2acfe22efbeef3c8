"""What the connections of all schemes have in common: patience, and how faults are told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from broker.errors import ConfigurationError
from broker.providers.saml.patience import Patience
from broker.settings import ProviderFile

_Loaded = TypeVar("_Loaded")


def patience_of(upstream: ProviderFile) -> Patience:
    """How long we wait for the back channel."""
    return Patience(
        connect_seconds=upstream.connect_timeout_seconds,
        read_seconds=upstream.read_timeout_seconds,
        total_seconds=upstream.connect_timeout_seconds + upstream.read_timeout_seconds,
    )


def collect(faults: list[str], where: str, load: Callable[[], _Loaded]) -> _Loaded | None:
    """What `load` gives; None when it finds a fault, which is told in `faults` with its file."""
    found: list[str] = []
    loaded = gather(found, load)
    faults.extend(f"{where}: {fault}" for fault in found)
    return loaded


def gather(faults: list[str], load: Callable[[], _Loaded]) -> _Loaded | None:
    """The same for something within a file."""
    try:
        return load()
    except ConfigurationError as error:
        faults.extend(error.faults)
        return None
