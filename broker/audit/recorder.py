"""Turns a typed event into a row of the audit log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from broker.domain.clock import Clock
from broker.domain.events import SecurityEvent
from broker.storage.audit_log import AuditLog, AuditRow
from broker.storage.schema import NO_BRAND

# Fields that have a column of their own; every other field goes into the row's detail.
_COLUMNS = frozenset({"brand", "result", "account_id", "client_id"})


class Auditor:
    """Records events together with the moment and the support code of the request at hand.

    `support_code` is asked at each event, since one auditor serves all requests of a process; it answers
    None outside a request (a command, the worker).
    """

    def __init__(self, log: AuditLog, clock: Clock, support_code: Callable[[], str | None]) -> None:
        self._log = log
        self._clock = clock
        self._support_code = support_code

    def record(self, event: SecurityEvent) -> None:
        """Write the event; raises `StorageUnavailable` when that is not possible."""
        values: dict[str, Any] = {field.name: getattr(event, field.name) for field in fields(event)}
        self._log.append(
            AuditRow(
                at=self._clock(),
                kind=event.kind,
                brand=event.brand or NO_BRAND,
                result=event.result.value,
                support_code=self._support_code(),
                account_id=values.get("account_id"),
                client_id=values.get("client_id"),
                detail={name: value for name, value in values.items() if name not in _COLUMNS},
            )
        )
