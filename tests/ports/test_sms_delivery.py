"""Texts and calls from the queue to a real gateway, on both databases, beside mail that has troubles."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from broker.audit.recorder import Auditor
from broker.notify.carriers import MailCarrier, PhoneCarrier
from broker.notify.delivery import LEASE, Delivery, Route
from broker.notify.mail import Mail, Sender
from broker.notify.queue import MessageQueue
from broker.notify.sms import PhoneMessage
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.messages import Channel, MessageRepository
from broker.storage.schema import AUDIT_EVENTS, MESSAGES
from broker.storage.sealing import DataKey
from tests.demo.standins import free_port
from tests.support.mailbox import smtp_transport
from tests.support.moments import MovableClock
from tests.support.sms_gateway import GatewayDesk, gateway_transport, running_gateway

NUMBER, TEXT = "+31612345601", "123456 is uw code."
CODE_MINUTES = 10


class Office:
    """A queue and its senders: texts to the gateway, mail to a server that is not there."""

    def __init__(self, database: Database, ring: KeyRing, clock: MovableClock, port: int) -> None:
        self.database = database
        self.messages = MessageRepository(database, ring.columns)
        self.queue = MessageQueue(self.messages, clock)
        self.clock = clock
        self.port = port

    def text(self, channel: Channel = Channel.SMS) -> str:
        """Queue one text that is good for ten minutes; its key."""
        key = str(uuid4())
        expires_at = self.clock.now + timedelta(minutes=CODE_MINUTES)
        message = PhoneMessage(channel, NUMBER, TEXT)
        with self.database.writing():
            self.queue.enqueue_for_phone(key, "cz", "test", message, expires_at=expires_at)
        return key

    def mail(self) -> None:
        """Queue one mail."""
        mail = Mail(Sender("CZ", "noreply@cz.example"), "a@post.example", "Mail", "text", "<p>m</p>", "nl")
        self.queue.enqueue("cz", "test", mail, expires_at=self.clock.now + timedelta(days=1))

    def sender(self, *, most_attempts: int = 6) -> Delivery:
        """One more worker."""
        by_phone = PhoneCarrier(gateway_transport(self.port))
        by_mail = MailCarrier(smtp_transport(free_port()))
        return Delivery(
            self.messages,
            [
                Route((Channel.SMS, Channel.VOICE), by_phone, most_attempts),
                Route((Channel.MAIL,), by_mail, 3),
            ],
            Auditor(AuditLog(self.database), self.clock, lambda: None),
            self.clock,
            together=self.database.writing,
        )

    def rows(self) -> list[tuple[str, str, int, str | None, bool]]:
        """Channel, state, attempts, fault and whether anything of the content is left."""
        with self.database.reading() as connection:
            return [
                (
                    row.channel,
                    row.state,
                    row.attempts,
                    row.fault,
                    row.recipient_sealed is not None or row.content_sealed is not None,
                )
                for row in connection.execute(select(MESSAGES).order_by(MESSAGES.c.created_at))
            ]

    def events(self) -> list[tuple[str, str]]:
        """What the audit log tells of messages, with the channel."""
        with self.database.reading() as connection:
            found = connection.execute(select(AUDIT_EVENTS).order_by(AUDIT_EVENTS.c.id)).all()
        return [(row.kind, json.loads(row.detail)["channel"]) for row in found]


@pytest.fixture
def desk() -> GatewayDesk:
    """Where it all arrives."""
    return GatewayDesk()


@pytest.fixture
def office(database: Database, key_ring: KeyRing, clock: MovableClock, desk: GatewayDesk) -> Iterator[Office]:
    """An empty queue and a gateway."""
    with running_gateway(desk) as port:
        yield Office(database, key_ring, clock, port)


def _keys(desk: GatewayDesk) -> list[str]:
    return [taken.body["idempotency_key"] for taken in desk.taken]


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.VOICE])
def test_message_arrives_by_its_channel_and_is_wiped(
    office: Office, desk: GatewayDesk, channel: Channel
) -> None:
    """Sealed while it waits, out once, gone afterwards."""
    key = office.text(channel)
    with office.database.reading() as connection:
        held = repr(connection.execute(select(MESSAGES)).all())
    assert [word for word in (NUMBER, NUMBER[3:], "123456", "uw code") if word in held] == []
    sender = office.sender()
    assert [sender.run(), sender.run()] == [1, 0]
    (taken,) = desk.taken
    assert (taken.path, taken.body["to"], taken.body["text"]) == (f"/api/{channel.value}", NUMBER, TEXT)
    assert taken.body["idempotency_key"] == key
    assert office.rows() == [(channel.value, "delivered", 1, None, False)]
    assert office.events() == [("message.delivered", channel.value)]


def test_mail_server_that_is_away_holds_no_code_up(office: Office, desk: GatewayDesk) -> None:
    """Codes go first, and each server's troubles are its own."""
    office.mail()
    office.clock.advance(seconds=1)
    office.text()
    assert office.sender().run() == 1
    assert len(desk.taken) == 1
    assert [(row[0], row[1]) for row in office.rows()] == [("mail", "waiting"), ("sms", "delivered")]


def test_gateway_that_says_later_gets_the_same_message_later(office: Office, desk: GatewayDesk) -> None:
    """With the same key."""
    key = office.text()
    desk.answers.append(503)
    sender = office.sender()
    assert sender.run() == 0
    assert office.rows() == [("sms", "waiting", 1, "gateway-later-503", True)]
    office.clock.advance(seconds=5)
    assert sender.run() == 1
    assert _keys(desk) == [key]
    assert office.rows() == [("sms", "delivered", 2, None, False)]


def test_message_that_the_gateway_refuses_is_dead(office: Office, desk: GatewayDesk) -> None:
    """At once, wiped and told; the next one is not held up."""
    office.text()
    desk.answers.append(422)
    office.clock.advance(seconds=1)
    office.text()
    assert office.sender().run() == 1
    assert office.rows() == [
        ("sms", "dead", 1, "gateway-refused-422", False),
        ("sms", "delivered", 1, None, False),
    ]
    assert ("message.failed", "sms") in office.events()


def test_old_code_is_never_sent(office: Office, desk: GatewayDesk) -> None:
    """A gateway that comes back after ten minutes gets nothing of before."""
    office.text()
    office.clock.advance(seconds=CODE_MINUTES * 60)
    assert office.sender().run() == 0
    assert desk.taken == []
    assert office.rows() == [("sms", "dead", 1, "expired", False)]


def test_message_is_given_up_after_its_own_number_of_attempts(office: Office, desk: GatewayDesk) -> None:
    """That of `[sms]`, not that of `[mail]`."""
    office.text()
    desk.answers.extend([500] * 2)
    sender = office.sender(most_attempts=2)
    sender.run()
    office.clock.advance(seconds=5)
    sender.run()
    assert office.rows() == [("sms", "dead", 2, "gateway-later-500", False)]


def test_message_on_its_way_is_not_taken_back(office: Office) -> None:
    """Only one that waits; and that one is wiped."""
    first, second = office.text(), office.text()
    now = office.clock.now
    leased = office.messages.lease(now, now + LEASE)
    assert leased is not None
    other = second if leased.id == first else first
    assert not office.messages.withdraw(leased.id, now, fault="superseded")
    assert office.messages.withdraw(other, now, fault="superseded")
    assert not office.messages.withdraw(other, now, fault="superseded")
    assert sorted(row[1:] for row in office.rows()) == [
        ("dead", 0, "superseded", False),
        ("sending", 1, None, True),
    ]


def test_worker_without_a_gateway_leaves_texts_to_others(office: Office, desk: GatewayDesk) -> None:
    """They wait for a worker that has one."""
    office.text()
    mail_only = Delivery(
        office.messages,
        [Route((Channel.MAIL,), MailCarrier(smtp_transport(free_port())), 3)],
        Auditor(AuditLog(office.database), office.clock, lambda: None),
        office.clock,
        together=office.database.writing,
    )
    assert mail_only.run() == 0
    assert office.rows() == [("sms", "waiting", 0, None, True)]
    assert office.sender().run() == 1
    assert len(desk.taken) == 1


def test_sender_killed_between_sending_and_saying_so_causes_the_same_message_again(
    office: Office, desk: GatewayDesk, database_url: str, key_encryption_key: DataKey
) -> None:
    """The one window for a second delivery: both have the same key, by which the gateway knows it."""
    key = office.text()
    order = {
        "database_url": database_url,
        "key_id": key_encryption_key.id,
        "key_hex": key_encryption_key.secret.hex(),
        "channel": "sms",
        "port": office.port,
        "now": office.clock.now.isoformat(),
    }
    killed = subprocess.run(
        [sys.executable, "-m", "tests.support.dying_sender", json.dumps(order)], check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert _keys(desk) == [key]
    assert office.rows() == [("sms", "sending", 1, None, True)]
    sender = office.sender()
    assert sender.run() == 0
    office.clock.advance(seconds=LEASE.total_seconds())
    assert [sender.run(), sender.run()] == [1, 0]
    assert _keys(desk) == [key, key]
    assert office.rows() == [("sms", "delivered", 2, None, False)]


@pytest.mark.parametrize("superseded", [True, False])
def test_message_of_a_sender_that_died_is_not_sent_when_its_code_is_dead(
    office: Office, desk: GatewayDesk, superseded: bool
) -> None:
    """Because a newer one was asked for, or because its time is over when the lease ends."""
    key = office.text()
    now = office.clock.now
    lease = LEASE if superseded else timedelta(minutes=CODE_MINUTES)
    assert office.messages.lease(now, now + lease) is not None
    if superseded:
        office.queue.supersede(key)
    office.clock.advance(seconds=lease.total_seconds())
    assert office.sender().run() == 0
    assert desk.taken == []
    assert office.rows() == [("sms", "dead", 2, "expired", False)]
