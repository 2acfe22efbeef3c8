"""What links for passwords are made and used with."""

from __future__ import annotations

from dataclasses import dataclass

from broker.accounts.reset.links import PasswordLinks
from broker.accounts.reset.ports import (
    Accounts,
    Devices,
    Guard,
    Hashing,
    Letters,
    Passwords,
    Sessions,
    UsedLinks,
)
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stores, the neighbours and the time: what asking and using have in common."""

    links: PasswordLinks
    accounts: Accounts
    letters: Letters
    auditor: Auditor
    together: Together
    clock: Clock


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a new password changes."""

    passwords: Passwords
    hashing: Hashing
    used: UsedLinks
    devices: Devices
    sessions: Sessions
    guard: Guard
