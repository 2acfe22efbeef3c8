"""Turns a typed event into a row of the audit log."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import fields
from functools import cache

from broker.audit.origin import Origin, personal_of
from broker.domain.clock import Clock
from broker.domain.events import Actor, SecurityEvent
from broker.errors import StorageUnavailable
from broker.metrics.catalogue import AUDIT_FAILURES
from broker.metrics.from_events import count_event
from broker.storage.audit_log import AuditLog, AuditRow
from broker.storage.schema import NO_BRAND

# Fields that have a column of their own; every other field goes into the row's detail.
_COLUMNS = frozenset({"brand", "result", "account_id", "client_id", "actor_account_id", "on_behalf_of"})


@cache
def _detail_names(kind: type[SecurityEvent]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.name not in _COLUMNS)


class Auditor:
    """Records events together with the moment and the support code of the request at hand.

    `support_code` is asked at each event, since one auditor serves all requests of a process; it answers
    None outside a request (a command, the worker). `told` hears every event that was written down. `origin`
    is asked likewise where the act came from; that is personal, and needs a log that has the keys of persons.
    """

    def __init__(
        self,
        log: AuditLog,
        clock: Clock,
        support_code: Callable[[], str | None],
        told: Callable[[SecurityEvent], None] | None = None,
        *,
        origin: Callable[[], Origin] = Origin,
    ) -> None:
        self._log = log
        self._clock = clock
        self._support_code = support_code
        self._told = told
        self._origin = origin

    def record(self, event: SecurityEvent) -> None:
        """Write the event; raises `StorageUnavailable` when that is not possible."""
        try:
            self._append(event)
        except StorageUnavailable:
            AUDIT_FAILURES.add()
            raise

    def together(self) -> AbstractContextManager[None]:
        """Events of the block are written in one transaction at its end, also when it raises.

        `StorageUnavailable` then comes from the end of the block: nothing may be given out before.
        """
        return self._log.together(AUDIT_FAILURES.add)

    def _tell(self, event: SecurityEvent) -> None:
        count_event(event)
        if self._told is not None:
            self._told(event)

    def _append(self, event: SecurityEvent) -> None:
        at = self._clock()
        account_id: str | None = getattr(event, "account_id", None)
        client_id: str | None = getattr(event, "client_id", None)
        acting, origin = event.actor_account_id or account_id, self._origin()
        # What the system does by itself, an operator may do by command.
        actor = Actor.OPERATOR if origin.operator else event.actor
        self._log.append(
            AuditRow(
                at=at,
                kind=event.kind,
                brand=event.brand or NO_BRAND,
                result=event.result.value,
                actor=actor.value,
                actor_id={Actor.PERSON: acting, Actor.PORTAL: client_id}.get(actor),
                on_behalf_of=event.on_behalf_of,
                support_code=self._support_code(),
                account_id=account_id,
                client_id=client_id,
                detail={name: getattr(event, name) for name in _detail_names(type(event))},  # type: ignore[arg-type]  # mypy judges its instances
                personal=personal_of(origin, actor, acting, at),
            ),
            kept=lambda: self._tell(event),
        )
