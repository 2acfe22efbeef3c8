"""Times the back channel: how long each call took and how it ended, for the figures and the traces."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Protocol

from broker import tracing
from broker.metrics.catalogue import BACK_CHANNEL_SECONDS
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.refusal import ChannelRefused


class Channel(Protocol):
    """Carries an envelope and brings back the bytes of the answer."""

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """Raises `ChannelUnavailable` or `ChannelRefused`."""


class MeasuredChannel:
    """A channel of one brand to one provider, timed."""

    def __init__(self, channel: Channel, *, brand: str, provider: str) -> None:
        self._channel = channel
        self._brand = brand
        self._provider = provider

    def call(self, envelope: bytes, endpoint: str, now: datetime) -> bytes:
        """As the channel does."""
        began, outcome = time.perf_counter(), "broken"
        with tracing.span("back channel", brand=self._brand, provider=self._provider) as span:
            try:
                answer = self._channel.call(envelope, endpoint, now)
                outcome = "answered"
            except (ChannelUnavailable, ChannelRefused) as fault:
                outcome = fault.reason_code
                raise
            else:
                return answer
            finally:
                span.set_attribute("outcome", outcome)
                seconds = time.perf_counter() - began
                BACK_CHANNEL_SECONDS.observe(
                    seconds, brand=self._brand, provider=self._provider, outcome=outcome
                )
