"""Sends what is due: lease, carry, say how it ended. Any number of workers may do this at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog

from broker.domain.auditing import Auditor, Together
from broker.domain.clock import Clock
from broker.domain.events import MessageDelivered, MessageFailed, Result
from broker.notify.patience import wait_after
from broker.notify.ports import Carrier, RefusedForGood, SendingFailed, ServerAway
from broker.storage.messages import Channel, LeasedMessage, MessageRepository

LEASE: Final = timedelta(minutes=5)
"""Longer than a sending can take: a carrier ends after a few waits of at most a minute each."""

_MOST_IN_A_ROUND = 50

_log = structlog.get_logger("broker.notify")


@dataclass(frozen=True, slots=True)
class Route:
    """Who carries the messages of these channels, and how often before they are given up."""

    channels: tuple[Channel, ...]
    carrier: Carrier
    most_attempts: int


class Delivery:
    """Sends messages, each by the route of its channel."""

    def __init__(
        self,
        messages: MessageRepository,
        routes: Sequence[Route],
        auditor: Auditor,
        clock: Clock,
        *,
        together: Together,
    ) -> None:
        """`routes`: the most urgent first; messages of other channels wait for a worker that has theirs."""
        self._messages = messages
        self._routes = tuple(routes)
        self._auditor = auditor
        self._clock = clock
        self._together = together

    def run(self) -> int:
        """One round: send what is due, at most fifty; answers how many went out.

        When the server of a route is away, the round goes on without that route, so that a queue does not
        wait for it message by message, and the other channels do not wait at all.
        """
        sent = 0
        open_routes = list(self._routes)
        for _ in range(_MOST_IN_A_ROUND):
            found = self._lease(open_routes)
            if found is None:
                break
            route, message = found
            try:
                self._send(route, message)
            except ServerAway as failed:
                self._put_off(route, message, failed.fault)
                open_routes.remove(route)
            except SendingFailed as failed:
                self._put_off(route, message, failed.fault, for_good=isinstance(failed, RefusedForGood))
            else:
                sent += 1
        return sent

    def _lease(self, routes: Sequence[Route]) -> tuple[Route, LeasedMessage] | None:
        """The next message of the first route that has any: a code goes before the mail of the day."""
        for route in routes:
            now = self._clock()
            message = self._messages.lease(now, now + LEASE, channels=route.channels)
            if message is not None:
                return route, message
        return None

    def _send(self, route: Route, message: LeasedMessage) -> None:
        if message.expires_at <= self._clock():
            raise RefusedForGood("expired")
        route.carrier.carry(message)
        with self._together():
            if self._messages.delivered(message, self._clock()):
                self._auditor.record(
                    MessageDelivered(
                        brand=message.brand,
                        result=Result.SUCCESS,
                        message_id=message.id,
                        channel=message.channel.value,
                        purpose=message.purpose,
                        attempts=message.attempts,
                    )
                )

    def _put_off(self, route: Route, message: LeasedMessage, fault: str, *, for_good: bool = False) -> None:
        """Try again later, or give up when that has no use."""
        now = self._clock()
        again_at = now + wait_after(message.attempts)
        _log.warning("message not sent", message=message.id, fault=fault, attempts=message.attempts)
        if not for_good and message.attempts < route.most_attempts and again_at < message.expires_at:
            self._messages.postpone(message, until=again_at, fault=fault)
            return
        with self._together():
            if self._messages.give_up(message, now, fault=fault):
                self._auditor.record(
                    MessageFailed(
                        brand=message.brand,
                        result=Result.REFUSED,
                        message_id=message.id,
                        channel=message.channel.value,
                        purpose=message.purpose,
                        attempts=message.attempts,
                        reason=fault,
                    )
                )
