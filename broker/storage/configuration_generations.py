"""Which configuration is published, as a number, and which processes have taken it over.

The number is kept in Redis alone. It says that there is something to read, never what: a process that starts
reads its files in any case, and one that meets a number it did not expect reads them again without harm.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from broker.domain.clock import Clock
from broker.storage.records import RecordKey, RecordKind, RecordStore

_PUBLISHED: Final = RecordKey(RecordKind.CONFIGURATION, "-", "generation")
_FOLLOWERS: Final = RecordKey(RecordKind.CONFIGURATION, "-", "followers")
_KEEP_PUBLISHED: Final = timedelta(days=10 * 365)
# Several times the interval at which processes tell that they are there.
_KEEP_FOLLOWER: Final = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Follower:
    """A process by its name, the generation that it works with, and one that it could not take over."""

    name: str
    works_with: int
    refused: int | None = None


class ConfigurationGenerations:
    """Keeps both; every method raises `broker.errors.StorageUnavailable` when Redis is away."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def current(self) -> int:
        """What was published last; 0 when nothing was, or nobody knows any more."""
        kept = self._records.get(_PUBLISHED)
        return 0 if kept is None else int(kept)

    def publish(self, generation: int) -> None:
        """Let every process read its files."""
        expires_at = self._clock() + _KEEP_PUBLISHED
        self._records.put(_PUBLISHED, str(generation).encode(), expires_at=expires_at)

    def tell(self, follower: Follower) -> None:
        """Keep this for half a minute."""
        expires_at = self._clock() + _KEEP_FOLLOWER
        told = json.dumps([follower.works_with, follower.refused]).encode()
        with self._records.together():
            self._records.put(_of(follower.name), told, expires_at=expires_at)
            self._records.index_add(_FOLLOWERS, follower.name, expires_at=expires_at)

    def forget(self, name: str) -> None:
        """The process of this name ends."""
        self._records.index_remove(_FOLLOWERS, name)

    def followers(self) -> tuple[Follower, ...]:
        """Every process that has told lately that it is there, by name."""
        found = ((name, self._records.get(_of(name))) for name in self._records.index_members(_FOLLOWERS))
        return tuple(Follower(name, *json.loads(told)) for name, told in found if told is not None)


def _of(name: str) -> RecordKey:
    return RecordKey(RecordKind.CONFIGURATION_FOLLOWER, "-", name)
