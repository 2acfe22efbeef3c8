"""Keeping the copy of a feed fresh: fetch when it is due, believe or refuse, keep the last good one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from broker.domain.clock import Clock
from broker.errors import ConfigurationError
from broker.metrics.catalogue import METADATA_REFRESHES
from broker.providers.saml.bounded_answer import ChannelUnavailable
from broker.providers.saml.feed_copy import FeedCopy, Reader
from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.metadata_feed import (
    FeedRefused,
    content_of,
    require_end_in_sight,
    require_no_step_back,
)
from broker.providers.saml.refusal import AnswerRefused

_SOONEST: Final = timedelta(minutes=1)
_RETRIES_IN_AN_INTERVAL: Final = 10


class Told(Protocol):
    """Who hears what became of a feed."""

    def changed(self, before: IdentityProvider | None, after: IdentityProvider) -> None:
        """Another document takes the place of the copy, from now on."""
        ...

    def refused(self, reason_code: str) -> None:
        """The feed could not be had or believed; the copy stays."""
        ...


@dataclass(frozen=True, slots=True)
class Feed:
    """Where metadata comes from, who judges it, and where the copy is."""

    provider: str
    fetch: Callable[[], bytes]
    read: Reader
    copy: FeedCopy
    every: timedelta


class FeedRefresh:
    """The job of a worker for one feed."""

    def __init__(self, feed: Feed, told: Told, clock: Clock) -> None:
        self._feed = feed
        self._told = told
        self._clock = clock
        self._not_before: datetime | None = None
        self._refused_for: str | None = None
        self._told_of: IdentityProvider | None = None
        self._mark: object = None
        self._copied: IdentityProvider | None = None

    @property
    def provider(self) -> str:
        """The name of its file under `providers/`."""
        return self._feed.provider

    def run(self) -> int:
        """Fetch if it is due; 1 when the copy is another one than before."""
        now = self._clock()
        if not self._is_due(now):
            return 0
        try:
            changed = self.fetch_now(now)
        except AnswerRefused as refusal:
            self._note_refusal(refusal.reason_code, now)
            return 0
        METADATA_REFRESHES.add(provider=self._feed.provider, outcome="changed" if changed else "confirmed")
        self._refused_for = None
        return int(changed)

    def fetch_now(self, now: datetime, *, step_back: bool = False) -> bool:
        """Fetch and judge, whether due or not; True when it says something else than before.

        Raises `AnswerRefused` when the copy stays as it is. `step_back` lets an older document in.
        """
        before = self._known()
        document, found = obtain(self._feed, None if step_back else before, now)
        changed = before is None or content_of(found) != content_of(before)
        with self._feed.copy.beside(document, now) as beside:
            if changed:
                # Before it counts: a change of keys that nobody is told of must not be possible.
                self._tell_change(before, found)
            self._feed.copy.replace_by(beside)
        self._told_of = None
        return changed

    def _tell_change(self, before: IdentityProvider | None, found: IdentityProvider) -> None:
        """Once, also where the copy cannot take its place and the same is fetched again and again."""
        if self._told_of != content_of(found):
            self._told.changed(before, found)
            self._told_of = content_of(found)

    def _is_due(self, now: datetime) -> bool:
        if self._not_before is not None and now < self._not_before:
            return False
        known, confirmed_at = self._known(), self._feed.copy.confirmed_at()
        if known is None or confirmed_at is None:
            return True
        # A copy of tomorrow was put there by a clock that was wrong; waiting for it could take for ever.
        return not confirmed_at <= now < confirmed_at + self._interval(known)

    def _interval(self, known: IdentityProvider) -> timedelta:
        """As configured, or sooner where the document asks for it."""
        every, asked = self._feed.every, known.cache_for
        return every if asked is None else min(every, max(asked, _SOONEST))

    def _known(self) -> IdentityProvider | None:
        """What the copy says; None when there is none, or none that can be believed."""
        mark = self._feed.copy.mark()
        if mark != self._mark:
            self._mark, self._copied = mark, copied(self._feed)
        return self._copied

    def _note_refusal(self, reason_code: str, now: datetime) -> None:
        METADATA_REFRESHES.add(provider=self._feed.provider, outcome=reason_code)
        self._not_before = now + max(self._feed.every / _RETRIES_IN_AN_INTERVAL, _SOONEST)
        # It is tried often: one event for each thing that is wrong.
        if reason_code != self._refused_for:
            self._told.refused(reason_code)
            self._refused_for = reason_code


def obtain(feed: Feed, known: IdentityProvider | None, now: datetime) -> tuple[bytes, IdentityProvider]:
    """What the feed brings now, and what that says; raises `AnswerRefused` where it is not to be believed.

    It must not have been published before what is `known`.
    """
    document = _fetched(feed)
    found = _judged(feed, document)
    require_end_in_sight(found, now)
    if known is not None:
        require_no_step_back(found, known)
    return document, found


def copied(feed: Feed) -> IdentityProvider | None:
    """What the copy says; None when there is none, or none that can be believed."""
    document = feed.copy.read()
    try:
        return None if document is None else _judged(feed, document)
    except AnswerRefused:
        return None


def _fetched(feed: Feed) -> bytes:
    try:
        return feed.fetch()
    except ChannelUnavailable as fault:
        raise FeedRefused(fault.reason_code, fault.detail) from fault


def _judged(feed: Feed, document: bytes) -> IdentityProvider:
    try:
        return feed.read(document)
    except ConfigurationError as fault:
        raise FeedRefused("feed.content", "; ".join(fault.faults)) from fault
