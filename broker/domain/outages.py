"""An outage that an operator announced: a way of logging in is closed, for everybody or for one brand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Outage:
    """`provider` is the name of a file under `providers/`; `brand` None means every brand that uses it.

    `until` (aware UTC) ends it by itself; None lasts until somebody ends it. The texts replace our own
    sentence; None leaves ours.
    """

    provider: str
    brand: str | None
    since: datetime
    until: datetime | None = None
    text_nl: str | None = None
    text_en: str | None = None

    def holds(self, provider: str, brand: str, now: datetime) -> bool:
        """Whether it closes this provider at this brand at this moment."""
        return (
            self.provider == provider
            and self.brand in {None, brand}
            and (self.until is None or now < self.until)
        )
