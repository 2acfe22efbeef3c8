"""The outbox and its senders, on SQLite and on PostgreSQL, with a real mail server at the other end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from broker.audit.recorder import Auditor
from broker.notify.carriers import MailCarrier
from broker.notify.delivery import LEASE, Delivery, Route
from broker.notify.mail import Mail, Sender
from broker.notify.queue import MessageQueue
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.messages import Channel, MessageRepository
from broker.storage.schema import AUDIT_EVENTS, MESSAGES
from broker.storage.sealing import DataKey
from tests.support.mailbox import Mailbox, listening, smtp_transport
from tests.support.moments import MovableClock

MARKER = "marker.person@post.example"
MOST_ATTEMPTS = 3


class Office:
    """A queue, its table, and as many senders as a test likes."""

    def __init__(self, database: Database, ring: KeyRing, clock: MovableClock, port: int) -> None:
        self.database = database
        self.messages = MessageRepository(database, ring.columns)
        self.queue = MessageQueue(self.messages, clock)
        self.clock = clock
        self.port = port

    def post(self, number: int = 0, *, hours: int = 24) -> str:
        """Queue one mail; its Message-ID."""
        mail = Mail(
            Sender("CZ", "noreply@cz.example"), MARKER, f"Mail {number}", "marker-text", "<p>m</p>", "nl"
        )
        return self.queue.enqueue("cz", "test", mail, expires_at=self.clock.now + timedelta(hours=hours))

    def sender(self) -> Delivery:
        """One more worker."""
        auditor = Auditor(AuditLog(self.database), self.clock, lambda: None)
        return Delivery(
            self.messages,
            [Route((Channel.MAIL,), MailCarrier(smtp_transport(self.port)), MOST_ATTEMPTS)],
            auditor,
            self.clock,
            together=self.database.writing,
        )

    def rows(self) -> list[tuple[str, int, str | None, bool]]:
        """State, attempts, fault and whether anything of the content is left."""
        with self.database.reading() as connection:
            return [
                (
                    row.state,
                    row.attempts,
                    row.fault,
                    row.recipient_sealed is not None or row.content_sealed is not None,
                )
                for row in connection.execute(select(MESSAGES).order_by(MESSAGES.c.created_at))
            ]

    def events(self) -> list[tuple[str, str]]:
        """What the audit log tells of messages."""
        with self.database.reading() as connection:
            found = connection.execute(select(AUDIT_EVENTS).order_by(AUDIT_EVENTS.c.id)).all()
        return [(row.kind, json.loads(row.detail).get("reason", "")) for row in found]


@pytest.fixture
def mailbox() -> Mailbox:
    """Where it all arrives."""
    return Mailbox()


@pytest.fixture
def office(database: Database, key_ring: KeyRing, clock: MovableClock, mailbox: Mailbox) -> Iterator[Office]:
    """An empty outbox and a mail server."""
    with listening(mailbox) as port:
        yield Office(database, key_ring, clock, port)


def test_message_arrives_and_is_wiped(office: Office, mailbox: Mailbox) -> None:
    """Sealed while it waits, out once, gone afterwards; the Message-ID is the idempotency key."""
    key = office.post()
    with office.database.reading() as connection:
        held = repr(connection.execute(select(MESSAGES)).all())
    assert [word for word in (MARKER, "marker", "Mail 0") if word in held] == []
    sender = office.sender()
    assert [sender.run(), sender.run()] == [1, 0]
    assert [(found.recipient, found.message_id) for found in mailbox.received] == [(MARKER, key)]
    assert office.rows() == [("delivered", 1, None, False)]
    assert office.events() == [("message.delivered", "")]


def test_message_of_a_transaction_that_was_undone_is_never_sent(office: Office, mailbox: Mailbox) -> None:
    """It is kept or lost with what it tells of."""

    def stop() -> None:
        with office.database.writing():
            office.post()
            raise LookupError

    with pytest.raises(LookupError):
        stop()
    assert office.rows() == []
    assert office.sender().run() == 0
    assert mailbox.received == []


def test_message_for_nobody_stands_there_and_is_never_sent(office: Office, mailbox: Mailbox) -> None:
    """It costs what any other costs, waits for nobody, and goes with those that were delivered."""
    mail = Mail(Sender("CZ", "noreply@cz.example"), "nobody@nowhere.invalid", "Mail", "t", "<p>m</p>", "nl")
    office.queue.enqueue_for_nobody("cz", "test", mail, expires_at=office.clock.now + timedelta(hours=1))
    assert office.sender().run() == 0
    assert mailbox.received == []
    assert [row[:3] for row in office.rows()] == [("delivered", 0, "nobody")]
    assert office.messages.purge(office.clock.now) == 1


def test_many_senders_send_every_message_once(office: Office, mailbox: Mailbox) -> None:
    """Four workers over thirty messages: nothing twice, nothing left, nobody in the way of another."""
    keys = {office.post(number) for number in range(30)}
    start = threading.Barrier(4)
    failures: list[BaseException] = []

    def work() -> None:
        sender = office.sender()
        start.wait()
        try:
            while sender.run():
                pass
        except BaseException as error:  # noqa: BLE001 - told to the test, whose thread this is not
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    office.sender().run()
    assert failures == []
    assert sorted(found.message_id for found in mailbox.received) == sorted(keys)
    assert {row[0] for row in office.rows()} == {"delivered"}


def test_leased_message_is_nobody_elses_until_the_lease_ends(office: Office) -> None:
    """And whoever lost the lease cannot say how it ended."""
    office.post()
    now = office.clock.now
    first = office.messages.lease(now, now + LEASE)
    assert first is not None
    assert office.messages.lease(now, now + LEASE) is None
    office.clock.advance(seconds=LEASE.total_seconds())
    now = office.clock.now
    second = office.messages.lease(now, now + LEASE)
    assert second is not None
    assert (second.id, second.attempts) == (first.id, 2)
    assert not office.messages.delivered(first, now)
    assert not office.messages.postpone(first, until=now, fault="x")
    assert not office.messages.give_up(first, now, fault="x")
    assert office.messages.delivered(second, now)


def test_server_that_says_later_is_asked_later(office: Office, mailbox: Mailbox) -> None:
    """A reply 4yz: the message waits its time and goes out with the same Message-ID."""
    key = office.post()
    mailbox.answers.append("451 greylisted")
    sender = office.sender()
    assert sender.run() == 0
    assert office.rows() == [("waiting", 1, "message-refused-451", True)]
    assert sender.run() == 0
    office.clock.advance(seconds=5)
    assert sender.run() == 1
    assert [found.message_id for found in mailbox.received] == [key]
    assert office.rows() == [("delivered", 2, None, False)]


def test_message_refused_for_good_is_given_up_at_once(office: Office, mailbox: Mailbox) -> None:
    """A reply 5yz: no second attempt, nothing kept, one event; the next message is not held up."""
    office.post(1)
    mailbox.answers.append("550 no")
    office.clock.advance(seconds=1)
    office.post(2)
    assert office.sender().run() == 1
    assert office.rows() == [("dead", 1, "message-refused-550", False), ("delivered", 1, None, False)]
    assert ("message.failed", "message-refused-550") in office.events()


def test_message_is_given_up_after_the_last_attempt(office: Office, mailbox: Mailbox) -> None:
    """Dead, wiped and told."""
    office.post()
    mailbox.answers.extend(["451 no"] * MOST_ATTEMPTS)
    sender = office.sender()
    for _ in range(MOST_ATTEMPTS):
        sender.run()
        office.clock.advance(seconds=3600)
    assert office.rows() == [("dead", MOST_ATTEMPTS, "message-refused-451", False)]
    assert office.events() == [("message.failed", "message-refused-451")]
    assert sender.run() == 0


def test_message_that_is_out_of_date_is_not_sent(office: Office, mailbox: Mailbox) -> None:
    """Its link would not work any more."""
    office.post(hours=1)
    office.clock.advance(seconds=3600)
    assert office.sender().run() == 0
    assert mailbox.received == []
    assert office.rows() == [("dead", 1, "expired", False)]


def test_absent_server_ends_the_round_and_loses_nothing(
    database: Database, key_ring: KeyRing, clock: MovableClock, mailbox: Mailbox
) -> None:
    """One attempt a round tells that nobody is there; when it is back everything goes out."""
    with listening(mailbox) as port:
        office = Office(database, key_ring, clock, port)
    for number in range(3):
        office.post(number)
    assert office.sender().run() == 0
    assert sorted((row[0], row[1]) for row in office.rows()) == [
        ("waiting", 0),
        ("waiting", 0),
        ("waiting", 1),
    ]
    clock.advance(seconds=60)
    with listening(mailbox) as port:
        office.port = port
        assert office.sender().run() == 3


def test_same_key_is_queued_once(office: Office, mailbox: Mailbox) -> None:
    """Whoever repeats himself is not repeated."""
    office.queue = MessageQueue(office.messages, office.clock, new_id=lambda: UUID(int=7))
    assert office.post() == office.post()
    assert office.sender().run() == 1
    assert office.post() is not None
    assert office.sender().run() == 0
    assert len(mailbox.received) == len(office.rows()) == 1


def test_settled_messages_are_purged_in_time(office: Office) -> None:
    """Waiting ones never are."""
    office.post(1)
    assert office.sender().run() == 1
    office.clock.advance(seconds=1)
    office.post(2)
    assert office.messages.purge(office.clock.now - timedelta(days=30)) == 0
    assert office.messages.purge(office.clock.now) == 1
    assert [row[0] for row in office.rows()] == ["waiting"]


def test_sender_killed_between_sending_and_saying_so_causes_the_same_message_again(
    office: Office, mailbox: Mailbox, database_url: str, key_encryption_key: DataKey
) -> None:
    """The one window for a second delivery: both have the same Message-ID, and it ends there."""
    key = office.post()
    order = {
        "database_url": database_url,
        "key_id": key_encryption_key.id,
        "key_hex": key_encryption_key.secret.hex(),
        "channel": "mail",
        "port": office.port,
        "now": office.clock.now.isoformat(),
    }
    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.dying_sender", json.dumps(order)], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert [found.message_id for found in mailbox.received] == [key]
    assert office.rows() == [("sending", 1, None, True)]
    sender = office.sender()
    assert sender.run() == 0
    office.clock.advance(seconds=LEASE.total_seconds())
    assert [sender.run(), sender.run()] == [1, 0]
    assert [found.message_id for found in mailbox.received] == [key, key]
    assert office.rows() == [("delivered", 2, None, False)]
