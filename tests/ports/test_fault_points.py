"""Killed before and after every commit and every sending: nothing is lost, one window brings it twice."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from uuid import uuid4

import pytest
from sqlalchemy import select

from broker.audit.recorder import Auditor
from broker.domain.accounts import AccountId
from broker.notify.carriers import MailCarrier, PhoneCarrier
from broker.notify.delivery import LEASE, Delivery, Route
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.messages import Channel, MessageRepository
from broker.storage.schema import AUDIT_EVENTS, MESSAGES
from broker.storage.sealing import DataKey
from tests.support.fault_points import (
    ARRIVALS,
    Doomed,
    Ended,
    Order,
    account_repository,
    doomed_processes,
)
from tests.support.mailbox import Mailbox, listening, smtp_transport
from tests.support.moments import MovableClock
from tests.support.sms_gateway import GatewayDesk, gateway_transport, running_gateway

pytestmark = pytest.mark.slow

Run = Callable[[str, str | None], Ended]


@dataclass
class Scene:
    """A database, and a mail server or a gateway at the other end."""

    database: Database
    ring: KeyRing
    clock: MovableClock
    channel: Channel
    port: int
    keys: Callable[[], list[str]]

    def worker(self) -> Delivery:
        """One that lives."""
        by_mail = self.channel is Channel.MAIL
        carrier = (
            MailCarrier(smtp_transport(self.port)) if by_mail else PhoneCarrier(gateway_transport(self.port))
        )
        return Delivery(
            MessageRepository(self.database, self.ring.columns),
            [Route((self.channel,), carrier, 3)],
            Auditor(AuditLog(self.database), self.clock, lambda: None),
            self.clock,
            together=self.database.writing,
        )

    def states(self) -> list[tuple[str, bool]]:
        """Of every message: its state, and whether anything of its content is left."""
        with self.database.reading() as connection:
            rows = connection.execute(select(MESSAGES)).all()
        return [
            (row.state, row.recipient_sealed is not None or row.content_sealed is not None) for row in rows
        ]

    def events(self) -> list[str]:
        """What was written down."""
        with self.database.reading() as connection:
            return sorted(connection.execute(select(AUDIT_EVENTS.c.kind)).scalars())


@pytest.fixture(params=[Channel.MAIL, Channel.SMS])
def scene(
    request: pytest.FixtureRequest, database: Database, key_ring: KeyRing, clock: MovableClock
) -> Iterator[Scene]:
    """An empty queue of either kind."""
    mailbox, desk, channel = Mailbox(), GatewayDesk(), Channel(request.param)

    def keys() -> list[str]:
        by_phone = [taken.headers["idempotency-key"] for taken in desk.taken]
        return [str(mail.message_id) for mail in mailbox.received] + by_phone

    with ExitStack() as stack:
        server = listening(mailbox) if channel is Channel.MAIL else running_gateway(desk)
        port = stack.enter_context(server)
        yield Scene(database, key_ring, clock, channel, port, keys)


@pytest.fixture(scope="module")
def doomed() -> Iterator[Doomed]:
    """What makes processes that die."""
    with doomed_processes() as program:
        yield program


@pytest.fixture
def run(scene: Scene, doomed: Doomed, database_url: str, key_encryption_key: DataKey) -> Run:
    """Runs a process for an account, up to a point."""

    def run(account_id: str, die_at: str | None) -> Ended:
        order = Order(
            database_url=database_url,
            key_id=key_encryption_key.id,
            key_hex=key_encryption_key.secret.hex(),
            channel=scene.channel.value,
            port=scene.port,
            now=scene.clock.now.isoformat(),
            account_id=account_id,
            die_at=die_at,
        )
        return doomed.run(order)

    return run


@pytest.mark.parametrize("point", ARRIVALS)
def test_process_that_is_killed_loses_nothing_and_repeats_only_in_the_one_window(
    scene: Scene, run: Run, point: str
) -> None:
    """The act and its message are kept together or not at all; the next worker brings the rest."""
    account_id = str(uuid4())
    killed = run(account_id, point)
    assert (killed.code, killed.points[-1]) == (-signal.SIGKILL, point)
    worker = scene.worker()
    # Within the lease the message is the dead worker's, unless that never came to have it.
    worker.run()
    scene.clock.advance(seconds=LEASE.total_seconds())
    worker.run()
    assert worker.run() == 0
    arrived, account = scene.keys(), account_repository(scene.database, scene.ring, scene.clock.now)
    was_kept = account.get(AccountId(account_id)) is not None
    assert len(arrived) == ARRIVALS[point]
    assert len(set(arrived)) == int(was_kept)
    assert scene.states() == [("delivered", False)] * was_kept
    assert scene.events() == ["account.added", "message.delivered"] * was_kept


def test_every_fault_point_is_known(scene: Scene, run: Run) -> None:
    """A commit or a sending that is added is killed at, too; nobody who lives through all brings it twice."""
    done = run(str(uuid4()), None)
    assert (done.code, set(done.points)) == (0, set(ARRIVALS))
    assert len(scene.keys()) == 1
    scene.clock.advance(seconds=LEASE.total_seconds())
    assert scene.worker().run() == 0
