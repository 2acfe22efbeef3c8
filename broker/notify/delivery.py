"""Sends what is due: lease, send, say how it ended. Any number of workers may do this at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Final

import structlog

from broker.domain.clock import Clock
from broker.domain.events import MessageDelivered, MessageFailed, Result
from broker.notify.mail import decode_content, on_the_wire
from broker.notify.patience import wait_after
from broker.notify.ports import Auditor, Envelope, MailTransport, RefusedForGood, SendingFailed, ServerAway
from broker.storage.messages import LeasedMessage, MessageRepository

LEASE: Final = timedelta(minutes=5)
"""Longer than a sending can take: the transport ends after a few waits of at most a minute each."""

_MOST_IN_A_ROUND = 50

_log = structlog.get_logger("broker.notify")

Together = Callable[[], AbstractContextManager[object]]
"""One database transaction for all that is written within it."""


class Delivery:
    """Sends mail through a transport."""

    def __init__(
        self,
        messages: MessageRepository,
        transport: MailTransport,
        auditor: Auditor,
        clock: Clock,
        *,
        together: Together,
        most_attempts: int,
    ) -> None:
        self._messages = messages
        self._transport = transport
        self._auditor = auditor
        self._clock = clock
        self._together = together
        self._most_attempts = most_attempts

    def run(self) -> int:
        """One round: send what is due, at most fifty; answers how many went out.

        When the server is away the round ends, so that a queue does not wait for it message by message.
        """
        sent = 0
        for _ in range(_MOST_IN_A_ROUND):
            now = self._clock()
            message = self._messages.lease(now, now + LEASE)
            if message is None:
                break
            try:
                self._send(message)
            except ServerAway as failed:
                self._put_off(message, failed.fault)
                break
            except SendingFailed as failed:
                self._put_off(message, failed.fault, for_good=isinstance(failed, RefusedForGood))
            else:
                sent += 1
        return sent

    def _send(self, message: LeasedMessage) -> None:
        if message.expires_at <= self._clock():
            raise RefusedForGood("expired")
        mail = decode_content(message.content, message.recipient)
        content = on_the_wire(mail, message.idempotency_key, message.created_at)
        self._transport.send(Envelope(mail.sender.address, mail.to, content))
        with self._together():
            if self._messages.delivered(message, self._clock()):
                self._auditor.record(
                    MessageDelivered(
                        brand=message.brand,
                        result=Result.SUCCESS,
                        message_id=message.id,
                        purpose=message.purpose,
                        attempts=message.attempts,
                    )
                )

    def _put_off(self, message: LeasedMessage, fault: str, *, for_good: bool = False) -> None:
        """Try again later, or give up when that has no use."""
        now = self._clock()
        again_at = now + wait_after(message.attempts)
        _log.warning("message not sent", message=message.id, fault=fault, attempts=message.attempts)
        if not for_good and message.attempts < self._most_attempts and again_at < message.expires_at:
            self._messages.postpone(message, until=again_at, fault=fault)
            return
        with self._together():
            if self._messages.give_up(message, now, fault=fault):
                self._auditor.record(
                    MessageFailed(
                        brand=message.brand,
                        result=Result.REFUSED,
                        message_id=message.id,
                        purpose=message.purpose,
                        attempts=message.attempts,
                        reason=fault,
                    )
                )
