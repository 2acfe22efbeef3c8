"""What an act needs that is written down: who writes it, and one transaction for the act and its event."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from broker.domain.events import SecurityEvent


class Auditor(Protocol):
    """Writes an event down, or raises and so stops the act; `broker.audit.recorder` does."""

    def record(self, event: SecurityEvent) -> None:
        """Return only when the event is stored."""


Together = Callable[[], AbstractContextManager[object]]
"""One database transaction for all that is written within it."""
