"""The background jobs: small, repeatable, and safe to run by any number of workers at once."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

import structlog

from broker.errors import StorageUnavailable
from broker.metrics.catalogue import JOB_RUNS
from broker.notify.carriers import MailCarrier, PhoneCarrier
from broker.notify.delivery import Delivery, Route
from broker.notify.sms_gateway import SmsGatewayTransport
from broker.settings import Settings
from broker.storage.known_devices import KnownDevices
from broker.storage.logout_notices import LogoutNoticeRepository
from broker.storage.messages import Channel, MessageRepository
from broker.storage.used_messages import UsedMessages
from broker.wiring.audit import audit_room_of, system_auditor
from broker.wiring.ended_sessions import backchannel_logout, endings_sweep
from broker.wiring.mail import mail_server, mail_transport
from broker.wiring.provider_metadata import feed_refreshes
from broker.wiring.signing_keys import tend_keys
from broker.wiring.sms import sms_gateway
from broker.wiring.stores import Stores

_PAUSE_SECONDS = 1.0
_ROUNDS_BETWEEN_CLEANING = 30
_ROUNDS_BETWEEN_LOOKS = 5
# Longer than any look at an ended session can be late, so that no portal is told twice.
_KEEP_SETTLED_NOTICES = timedelta(days=3)
_KEEP_SETTLED_MESSAGES = timedelta(days=30)
# As long as the cookie in the browser; each login gives both another year.
_KEEP_UNUSED_DEVICES = timedelta(days=365)

_log = structlog.get_logger("broker.worker")


class Pause(Protocol):
    """What lies between two rounds; an event that ends the rounds is one."""

    def wait(self, timeout: float) -> bool:
        """Wait so many seconds, or less; True when that was the last round."""


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of work; `run` answers how much it did. It runs in every `every_rounds`th round."""

    name: str
    run: Callable[[], int]
    every_rounds: int = 1


def jobs_of(settings: Settings, stores: Stores) -> tuple[Job, ...]:
    """All jobs of a deployment."""
    delivery = delivery_of(settings, stores)
    checkpointer = audit_room_of(stores).checkpointer
    checkpoints = Job("sign a checkpoint of the audit log", checkpointer.run, _ROUNDS_BETWEEN_LOOKS)
    fetching = tuple(
        Job(f"fetch the metadata of {refresh.provider}", refresh.run, _ROUNDS_BETWEEN_LOOKS)
        for refresh in feed_refreshes(settings, stores)
    )
    upkeep = (*_sessions_and_keys(settings, stores), checkpoints, *fetching, *_cleaning(stores))
    return (Job("send messages", delivery.run), *upkeep) if delivery else upkeep


def _cleaning(stores: Stores) -> tuple[Job, ...]:
    """What is kept for a while and no longer."""
    used = UsedMessages(stores.database)
    messages = MessageRepository(stores.database, stores.keys.columns)
    devices = KnownDevices(stores.database, stores.keys.columns)
    return (
        Job(
            "forget used messages that have expired",
            lambda: used.purge(stores.clock()),
            _ROUNDS_BETWEEN_CLEANING,
        ),
        Job(
            "forget messages that were settled long ago",
            lambda: messages.purge(stores.clock() - _KEEP_SETTLED_MESSAGES),
            _ROUNDS_BETWEEN_CLEANING,
        ),
        Job(
            "forget devices that were not used for long",
            lambda: devices.purge(unused_since=stores.clock() - _KEEP_UNUSED_DEVICES),
            _ROUNDS_BETWEEN_CLEANING,
        ),
    )


def _sessions_and_keys(settings: Settings, stores: Stores) -> tuple[Job, ...]:
    """What follows from the OpenID Provider: portals hear of ended sessions, keys take their turns."""
    notices = LogoutNoticeRepository(stores.database, stores.keys.columns)
    return (
        Job("find sessions that ended", endings_sweep(stores)),
        Job("tell portals of ended sessions", backchannel_logout(settings, stores).run),
        Job("tend the signing keys", lambda: len(tend_keys(settings, stores)), _ROUNDS_BETWEEN_CLEANING),
        Job(
            "forget portals that were told long ago",
            lambda: notices.purge(stores.clock() - _KEEP_SETTLED_NOTICES),
            _ROUNDS_BETWEEN_CLEANING,
        ),
    )


def delivery_of(settings: Settings, stores: Stores) -> Delivery | None:
    """What sends messages; None when the configuration names neither a mail server nor an SMS gateway."""
    routes = tuple(_routes(settings))
    if not routes:
        return None
    return Delivery(
        MessageRepository(stores.database, stores.keys.columns),
        routes,
        system_auditor(stores),
        stores.clock,
        together=stores.database.writing,
    )


def _routes(settings: Settings) -> Iterator[Route]:
    """Codes first: somebody looks at a telephone and waits."""
    gateway, sms = sms_gateway(settings), settings.broker.sms
    if gateway is not None and sms is not None:
        carrier = PhoneCarrier(SmsGatewayTransport(gateway))
        yield Route((Channel.SMS, Channel.VOICE), carrier, sms.most_attempts)
    server, mail = mail_server(settings), settings.broker.mail
    if server is not None and mail is not None:
        yield Route((Channel.MAIL,), MailCarrier(mail_transport(server)), mail.most_attempts)


def run_jobs(settings: Settings, stores: Stores, pause: Pause, pause_seconds: float = _PAUSE_SECONDS) -> None:
    """Run the jobs round by round until `pause` says so; a store that is away is tried in a later round."""
    jobs = jobs_of(settings, stores)
    for number in itertools.count():
        for job in jobs:
            if number % job.every_rounds == 0:
                _run(job)
        if pause.wait(pause_seconds):
            return


def _run(job: Job) -> None:
    try:
        done = job.run()
    except StorageUnavailable as error:
        _log.warning("job could not run", job=job.name, detail=error.detail)
        JOB_RUNS.add(job=job.name, outcome="store-away")
        return
    except Exception as error:  # noqa: BLE001 - the rim of the worker: a bug in one job must not stop the rest
        # The kind only: a message may repeat what a person typed.
        _log.error("job failed", job=job.name, kind=type(error).__name__)
        JOB_RUNS.add(job=job.name, outcome="failed")
        return
    JOB_RUNS.add(job=job.name, outcome="done")
    if done:
        _log.info("job done", job=job.name, count=done)
