"""Second factors over real stores: service, enrolment and upkeep, with codes that go into the real queue."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Barrier
from typing import TypeVar

import pyotp
from sqlalchemy import select

from broker.audit.recorder import Auditor
from broker.domain.accounts import Account, AccountId
from broker.domain.bsn import Bsn
from broker.domain.second_factors import FactorKind, SecondFactor
from broker.mfa.enrolment import Enrolments
from broker.mfa.outcomes import Enrolled, Sent
from broker.mfa.ports import Surroundings
from broker.mfa.service import SecondFactors
from broker.mfa.upkeep import FactorUpkeep
from broker.notify.queue import MessageQueue
from broker.storage.accounts import AccountRepository
from broker.storage.allowances import Allowances
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.messages import Channel, LeasedMessage, MessageRepository
from broker.storage.one_time_codes import OneTimeCodes
from broker.storage.record_keys import RecordKeys
from broker.storage.records import RecordStore
from broker.storage.redis_connection import RedisConnection
from broker.storage.schema import AUDIT_EVENTS
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.second_factors import QueuedCodes
from tests.support.moments import MovableClock

MOBILE = "+31612345601"
LANDLINE = "+31201234567"
THREADS = 50

_Seen = TypeVar("_Seen")


@dataclass
class Purse:
    """A budget that a test opens and closes; it remembers what it was asked."""

    refusing: str | None = None
    spent: list[tuple[str, str]] = field(default_factory=list)

    def spend(
        self, *, brand: str, account_id: AccountId, number: str, kind: FactorKind, now: object
    ) -> str | None:
        """Pay, or say which budget is used up."""
        if self.refusing is None:
            self.spent.append((brand, number))
        return self.refusing


@dataclass
class Factory:
    """Everything around second factors on the stores of one test."""

    database: Database
    ring: KeyRing
    redis: RedisConnection
    record_keys: RecordKeys
    clock: MovableClock
    language: str = "nl"
    purse: Purse = field(default_factory=Purse)

    def __post_init__(self) -> None:
        """Put the parts together as the wiring does."""
        self.messages = MessageRepository(self.database, self.ring.columns)
        self.factors = SecondFactorRepository(self.database, self.ring.columns)
        names = {"cz": "CZ", "vgz": "VGZ"}
        self.surroundings = Surroundings(
            factors=self.factors,
            codes=OneTimeCodes(self.redis, self.record_keys),
            records=RecordStore(self.redis, self.record_keys, self.clock),
            allowances=Allowances(self.redis, self.record_keys),
            sender=QueuedCodes(MessageQueue(self.messages, self.clock), names, lambda: self.language),
            budget=self.purse,
            # One lane: between lanes events of one moment have no order.
            auditor=Auditor(AuditLog(self.database, lanes=1), self.clock, lambda: None),
            together=self.database.writing,
        )
        self.service = SecondFactors(self.surroundings)
        self.enrolments = Enrolments(self.surroundings, self.clock, names)
        self.upkeep = FactorUpkeep(self.surroundings)

    def account(self, number: int = 0) -> Account:
        """Somebody without a second factor."""
        accounts = AccountRepository(self.database, self.ring.columns, self.ring.blind_indexes, self.clock)
        bsn = Bsn(("999990019", "999991012", "999992211")[number])
        return accounts.add_consumer("cz", "Ans Marker", f"ans{number}.marker@post.example", bsn)

    def next_message(self) -> LeasedMessage:
        """The message that waits longest, for good."""
        now = self.clock.now
        message = self.messages.lease(now, now + timedelta(days=1), channels=(Channel.SMS, Channel.VOICE))
        assert message is not None
        return message

    def next_code(self) -> str:
        """The code that somebody reads on a telephone."""
        text = self.next_message().content.decode()
        found = re.search(r"[0-9](?:, )?(?:[0-9](?:, )?){4}[0-9]", text)
        assert found is not None
        return found[0].replace(", ", "")

    def with_phone(
        self, account: Account, kind: FactorKind = FactorKind.SMS, number: str = MOBILE
    ) -> SecondFactor:
        """Set a telephone up, as its owner would."""
        attempt = f"enrol {kind.value} {account.id} {self.clock.now}"
        assert isinstance(self.enrolments.begin_phone(attempt, account, number, kind), Sent)
        assert isinstance(self.enrolments.confirm(attempt, self.next_code()), Enrolled)
        return self.factor(account, kind)

    def with_app(self, account: Account) -> tuple[SecondFactor, str, tuple[str, ...]]:
        """Set an app up; the factor, its secret in base32 and the recovery codes."""
        attempt = f"enrol app {account.id} {self.clock.now}"
        secret = self.enrolments.begin_totp(attempt, account).secret_text.replace(" ", "")
        enrolled = self.enrolments.confirm(attempt, self.app_code(secret))
        assert isinstance(enrolled, Enrolled)
        return self.factor(account, FactorKind.TOTP), secret, enrolled.recovery_codes

    def app_code(self, secret: str, *, seconds: int = 0) -> str:
        """What the app shows so many seconds from now."""
        return pyotp.TOTP(secret).at(self.clock.after(seconds=seconds))

    def factor(self, account: Account, kind: FactorKind) -> SecondFactor:
        """The factor of this kind."""
        (found,) = [one for one in self.factors.of_account(account.id) if one.kind is kind]
        return found

    def events(self) -> list[str]:
        """The kinds in the audit log, in their order."""
        with self.database.reading() as connection:
            rows = connection.execute(select(AUDIT_EVENTS.c.kind).order_by(AUDIT_EVENTS.c.sequence))
            return [row.kind for row in rows]

    def audit_text(self) -> str:
        """All that the audit log holds."""
        with self.database.reading() as connection:
            return repr(connection.execute(select(AUDIT_EVENTS)).all())


def at_once(act: Callable[[], _Seen], threads: int = THREADS) -> list[_Seen]:
    """What each of many threads saw that were let go at the same moment."""
    start = Barrier(threads)

    def contend(_: int) -> _Seen:
        start.wait()
        return act()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(contend, range(threads)))
