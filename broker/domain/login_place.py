"""From where somebody tries to log in, as far as it matters for how often they may."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class LoginPlace:
    """A device that the account was used on before, by the token in its cookie; else a block of addresses.

    A token that is not known for the account is no device: whoever makes one up stays in their block.
    """

    network_block: str = field(repr=False)
    known_device: str | None = field(default=None, repr=False)


class Admission(StrEnum):
    """Whether a try is judged at all. Nobody is told which of these it was."""

    ADMITTED = "admitted"
    HELD = "held"
    """Too many tries from here for this name: later, or from elsewhere."""
    NETWORK_HELD = "network-held"
    """Too many wrong passwords from this block, whatever the name: later, or from a known device."""
    DEVICE_HELD = "device-held"
    """Too many tries for this name on a device that it knows, right ones too: later."""
    KNOWN_DEVICES_ONLY = "known-devices-only"
    """Too many tries for this name from everywhere: from a known device, or after a mailed confirmation."""
