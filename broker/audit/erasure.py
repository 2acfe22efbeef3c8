"""Makes what the audit log holds of a person unreadable for good; that it happened is written down."""

from __future__ import annotations

from datetime import datetime

from broker.audit.origin import VISITORS, visitors_of
from broker.audit.recorder import Auditor
from broker.domain.accounts import AccountId
from broker.domain.auditing import Together
from broker.domain.clock import Clock
from broker.domain.events import AuditPersonErased, AuditVisitorsErased, Result
from broker.storage.audit_persons import AuditPersons


class AuditEraser:
    """Erases keys of persons. `together` is the transaction that holds the erasure and its event."""

    def __init__(
        self,
        persons: AuditPersons,
        auditor: Auditor,
        clock: Clock,
        together: Together,
    ) -> None:
        self._persons = persons
        self._auditor = auditor
        self._clock = clock
        self._together = together

    def erase(self, account_id: AccountId, *, brand: str) -> bool:
        """Erases one account's; False when it was already. The facts stay, under an id that names nobody."""
        with self._together():
            erased = self._persons.erase(account_id, now=self._clock())
            if erased:
                event = AuditPersonErased(brand=brand, result=Result.SUCCESS, account_id=account_id)
                self._auditor.record(event)
        return erased

    def erase_visitors_before(self, moment: datetime) -> int:
        """Erases the addresses of unknown visitors of the months before that of `moment`; how many months."""
        group = visitors_of(moment)
        with self._together():
            months = self._persons.erase_groups_before(VISITORS, group, now=self._clock())
            before = group.removeprefix(VISITORS)
            event = AuditVisitorsErased(brand=None, result=Result.SUCCESS, before=before, months=months)
            self._auditor.record(event)
        return months
