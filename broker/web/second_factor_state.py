"""What the pages of a second factor remember between two requests: how far somebody is, and what to say."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Any, Final, Self

from broker.domain.second_factors import FactorKind
from broker.storage.records import RecordKey, RecordKind, RecordStore

LIFETIME: Final = timedelta(minutes=30)
"""As long as an attempt to log in, and as a factor that waits for its first code."""

_NO_SCOPE: Final = "-"


class Stage(StrEnum):
    """How far somebody is who sets a factor up."""

    CHOOSING = "choosing"
    NUMBER = "number"
    SCANNING = "scanning"
    """The secret for an app was shown, and is not shown again."""
    CODE = "code"


@dataclass(frozen=True, slots=True)
class PageState:
    """Nothing here opens a door: codes, guesses and factors are kept elsewhere.

    `way` is the kind at hand; `sent_by` the one by which a code went out last, `again_at` when another may
    be asked for; `number_tail` is the end of the number that is being set up; `notice` is the code of a
    message for the next page.
    """

    stage: Stage = Stage.CHOOSING
    way: FactorKind | None = None
    sent_by: FactorKind | None = None
    again_at: datetime | None = None
    number_tail: str = field(default="", repr=False)
    notice: str | None = None

    def seconds_to_wait(self, now: datetime) -> int:
        """Until another code may be asked for, rounded up; 0 when it may."""
        if self.again_at is None or self.again_at <= now:
            return 0
        return ceil((self.again_at - now).total_seconds())

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps(
            {
                "stage": self.stage.value,
                "way": self.way.value if self.way else None,
                "sent_by": self.sent_by.value if self.sent_by else None,
                "again_at": self.again_at.isoformat() if self.again_at else None,
                "number_tail": self.number_tail,
                "notice": self.notice,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            stage=Stage(raw["stage"]),
            way=FactorKind(raw["way"]) if raw["way"] else None,
            sent_by=FactorKind(raw["sent_by"]) if raw["sent_by"] else None,
            again_at=datetime.fromisoformat(raw["again_at"]) if raw["again_at"] else None,
            number_tail=raw["number_tail"],
            notice=raw["notice"],
        )


class PageStates:
    """Keeps one for each place, which is known by an id that only one person's browser leads to."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def of(self, place_id: str) -> PageState:
        """What is remembered; the beginning when there is nothing."""
        found = self._records.get(_key(place_id))
        return PageState.decode(found) if found is not None else PageState()

    def keep(self, place_id: str, state: PageState, *, now: datetime) -> None:
        """Remember this from now on."""
        self._records.put(_key(place_id), state.encode(), expires_at=now + LIFETIME)

    def forget(self, place_id: str) -> None:
        """Back to the beginning."""
        self._records.delete(_key(place_id))


def _key(place_id: str) -> RecordKey:
    return RecordKey(RecordKind.SECOND_FACTOR_PAGE, _NO_SCOPE, place_id)
