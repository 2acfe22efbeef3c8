"""Processes that keep an act with its message and send it, and die at the fault point that a test names.

Run as a program it takes one order a line, as JSON, makes a process for each, and tells how that ended and
which points it passed. The kill is a real SIGKILL: nothing is tidied up, and the database sees a connection
that breaks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, event

from broker.audit.recorder import Auditor
from broker.domain.accounts import AccountId, AccountState
from broker.domain.events import AccountAdded, Result
from broker.notify.carriers import MailCarrier, PhoneCarrier
from broker.notify.delivery import Delivery, Route
from broker.notify.mail import Mail, Sender
from broker.notify.ports import Carrier
from broker.notify.queue import MessageQueue
from broker.notify.sms import PhoneMessage
from broker.storage.accounts import AccountRepository
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing, open_key_ring
from broker.storage.messages import Channel, LeasedMessage, MessageRepository
from broker.storage.sealing import DataKey
from tests.support.fixtures import BRANDS
from tests.support.mailbox import smtp_transport
from tests.support.sms_gateway import gateway_transport

ARRIVALS = {
    "act: before commit": 0,
    "act: after commit": 1,
    "lease: before commit": 1,
    "lease: after commit": 1,
    "before sending": 1,
    "after sending": 2,
    "outcome: before commit": 2,
    "outcome: after commit": 1,
}
"""Every fault point from the act to the end of its message, and how often the message then arrives in all.

Twice is the one window that there is: it was handed over, and the database does not know. Both are the same
message, with one key.
"""


@dataclass
class Points:
    """Passes fault points, up to the one at which to die; `stage` is what the next commit is for."""

    die_at: str | None
    told_to: int
    stage: str = "start"

    def passed(self, name: str) -> None:
        """Say so, and perhaps be gone."""
        os.write(self.told_to, f"{name}\n".encode())
        if name == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(self, when: str) -> None:
        """A commit of the stage at hand."""
        if self.stage != "start":
            self.passed(f"{self.stage}: {when} commit")


class WatchedDatabase(Database):
    """The database itself, with a fault point on either side of every commit."""

    def __init__(self, url: str, points: Points) -> None:
        super().__init__(url)
        self._points = points
        event.listen(self._engine, "commit", lambda _: points.commit("before"))

    @contextmanager
    def writing(self, *, lock: str | None = None) -> Iterator[Connection]:
        """As ever."""
        is_outermost = not self.is_writing
        with super().writing(lock=lock) as connection:
            yield connection
        if is_outermost:
            self._points.commit("after")


class WatchedCarrier:
    """The carrier itself, with a fault point on either side of every sending."""

    def __init__(self, carrier: Carrier, points: Points) -> None:
        self._carrier = carrier
        self._points = points

    def carry(self, message: LeasedMessage) -> None:
        """As ever."""
        self._points.passed("before sending")
        self._carrier.carry(message)
        self._points.passed("after sending")
        self._points.stage = "outcome"


@dataclass(frozen=True)
class Order:
    """What a test wants, as text, because it travels to another process."""

    database_url: str
    key_id: str
    key_hex: str
    channel: str
    port: int
    now: str
    account_id: str
    die_at: str | None


class Ended(NamedTuple):
    """How a process ended (its exit code, or a signal below zero), and the points that it passed."""

    code: int
    points: tuple[str, ...]


def account_repository(database: Database, ring: KeyRing, now: datetime) -> AccountRepository:
    """The accounts."""
    return AccountRepository(database, ring.columns, ring.blind_indexes, lambda: now)


def _act(database: Database, ring: KeyRing, order: Order) -> None:
    """Make an account and tell its owner, as one transaction with the event."""
    now, channel = datetime.fromisoformat(order.now), Channel(order.channel)
    account_id = AccountId(order.account_id)
    queue = MessageQueue(
        MessageRepository(database, ring.columns), lambda: now, new_id=lambda: UUID(order.account_id)
    )
    until = now + timedelta(days=1)
    with database.writing():
        account_repository(database, ring, now).add_business(
            "cz", "Bea", f"{account_id}@bedrijf.example", state=AccountState.ACTIVE, new_id=account_id
        )
        Auditor(AuditLog(database), lambda: now, lambda: None).record(
            AccountAdded(
                brand="cz",
                result=Result.SUCCESS,
                account_id=account_id,
                account_type="business",
                state="active",
                with_password=False,
            )
        )
        if channel is Channel.MAIL:
            mail = Mail(
                Sender("CZ", "noreply@cz.example"), "a@post.example", "Mail", "text", "<p>m</p>", "nl"
            )
            queue.enqueue("cz", "test", mail, expires_at=until)
        else:
            text = PhoneMessage(channel, "+31612345601", "123456 is uw code.")
            queue.enqueue_for_phone(order.account_id, "cz", "test", text, expires_at=until)


def _run(order: Order, told_to: int) -> None:
    """The act, and one round of a worker."""
    points = Points(order.die_at, told_to)
    now, channel = datetime.fromisoformat(order.now), Channel(order.channel)
    database = WatchedDatabase(order.database_url, points)
    key = DataKey(order.key_id, bytes.fromhex(order.key_hex))
    ring = open_key_ring(database, key, brands=BRANDS, clock=lambda: now)
    points.stage = "act"
    _act(database, ring, order)
    points.stage = "lease"
    carrier: Carrier = (
        MailCarrier(smtp_transport(order.port))
        if channel is Channel.MAIL
        else PhoneCarrier(gateway_transport(order.port))
    )
    Delivery(
        MessageRepository(database, ring.columns),
        [Route((channel,), WatchedCarrier(carrier, points), most_attempts=3)],
        Auditor(AuditLog(database), lambda: now, lambda: None),
        lambda: now,
        together=database.writing,
    ).run()


def _in_a_process(order: Order) -> Ended:
    """One that begins with nothing but what was imported."""
    hears, tells = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(hears)
        try:
            _run(order, tells)
        except BaseException:  # noqa: BLE001 - whatever it is, the child must not go on as the parent
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    os.close(tells)
    with os.fdopen(hears) as told:
        points = told.read().splitlines()
    _, status = os.waitpid(child, 0)
    return Ended(os.waitstatus_to_exitcode(status), tuple(points))


class Doomed:
    """The program, for a test."""

    def __init__(self, program: subprocess.Popen[str]) -> None:
        self._program = program

    def run(self, order: Order) -> Ended:
        """Let a process do this."""
        sent, answers = self._program.stdin, self._program.stdout
        assert sent is not None
        assert answers is not None
        sent.write(json.dumps(asdict(order)) + "\n")
        sent.flush()
        code, points = json.loads(answers.readline())
        return Ended(code, tuple(points))


@contextmanager
def doomed_processes() -> Iterator[Doomed]:
    """Start the program."""
    command = [sys.executable, "-m", "tests.support.fault_points"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        yield Doomed(program)
        assert program.stdin is not None
        program.stdin.close()


def main() -> None:
    """Take orders until there are no more."""
    for line in sys.stdin:
        ended = _in_a_process(Order(**json.loads(line)))
        sys.stdout.write(json.dumps([ended.code, ended.points]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
