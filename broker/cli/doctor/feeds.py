"""Feeds of metadata: whether they can be had and believed now, and how old our copies are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from broker.cli.doctor.findings import Finding, failure, good, warning
from broker.clock import clock_of
from broker.providers.saml.feed_refresh import Feed, copied, obtain
from broker.providers.saml.refusal import AnswerRefused
from broker.settings import Settings
from broker.wiring.provider_metadata import feeds_of

_INTERVALS_TILL_OLD: Final = 3


def check_feeds(settings: Settings) -> Iterator[Finding]:
    """Fetches each feed as the worker would, and keeps nothing."""
    now = clock_of(settings)()
    for feed in feeds_of(settings):
        part = f"metadata feed of {feed.provider}"
        yield from _copy(part, feed, now)
        try:
            _, found = obtain(feed, copied(feed), now)
        except AnswerRefused as refusal:
            yield warning(part, f"{refusal.detail} ({refusal.reason_code}); the last good copy stays in use")
        else:
            yield good(part, f"answers, is signed by a pinned key, and is valid until {found.valid_until}")


def _copy(part: str, feed: Feed, now: datetime) -> Iterator[Finding]:
    part, confirmed_at = f"{part}: our copy", feed.copy.confirmed_at()
    if confirmed_at is None:
        advice = f"there is none yet; run: broker metadata fetch --provider {feed.provider}"
        yield failure(part, advice)
    elif now - confirmed_at > _INTERVALS_TILL_OLD * feed.every:
        yield warning(part, f"was last confirmed at {confirmed_at:%Y-%m-%d %H:%M %Z}: does a worker run?")
    else:
        yield good(part, f"was last confirmed at {confirmed_at:%Y-%m-%d %H:%M %Z}")
