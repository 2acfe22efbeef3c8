"""What registrations are made with."""

from __future__ import annotations

from dataclasses import dataclass

from broker.accounts.registration.links import ConfirmationLinks
from broker.accounts.registration.ports import Accounts, Letters
from broker.accounts.registration.store import PendingRegistrations
from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The stores, the neighbours and the time."""

    pending: PendingRegistrations
    links: ConfirmationLinks
    accounts: Accounts
    letters: Letters
    auditor: Auditor
    together: Together
    clock: Clock
