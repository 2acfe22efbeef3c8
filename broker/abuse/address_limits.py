"""How many logins may be begun, forms posted and refusals written down, for one block of addresses.

The proxy in front has limits of its own, for each address; these hold for a block, over all of its brands
and workers. A whole office, or a provider that puts many subscribers behind one address, stays well within.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKey, RecordKind

LOGINS_BEGUN: Final = "logins-begun"
FORMS_POSTED: Final = "forms-posted"
PROGRAMS_REFUSED: Final = "programs-refused"

_MINUTE = timedelta(minutes=1)
# A request to log in is kept for as long as its attempt, so that a long one weighs as much as several.
_BYTES_OF_ONE = 2048


@dataclass(frozen=True, slots=True)
class AddressLimits:
    """How many a minute from one block (a /24, or a /56 of IPv6): `broker.settings.limits_section`."""

    logins_begun: int = 1200
    forms_posted: int = 3600
    refusals_noted: int = 600


@dataclass(frozen=True, slots=True)
class HeldBack:
    """This block has had its share and must wait that long.

    `is_first` for one caller a minute: that is worth an event, and a flood of others is not.
    """

    limit: str
    wait: timedelta
    is_first: bool


class AddressGuard:
    """Counts for blocks of addresses."""

    def __init__(self, allowances: Allowances, limits: AddressLimits = AddressLimits()) -> None:
        self._allowances = allowances
        self._limits = limits

    def may_begin(self, network_block: str, *, now: datetime, size_bytes: int = 0) -> HeldBack | None:
        """Counts a request to log in, of this length, and answers None; else how long the block must wait."""
        weight = min(1 + size_bytes // _BYTES_OF_ONE, self._limits.logins_begun)
        return self._take(LOGINS_BEGUN, network_block, self._limits.logins_begun, weight, now)

    def may_post(self, network_block: str, *, now: datetime) -> HeldBack | None:
        """The same for a form."""
        return self._take(FORMS_POSTED, network_block, self._limits.forms_posted, 1, now)

    def may_note(self, network_block: str, *, now: datetime) -> HeldBack | None:
        """Counts a program that was refused and proved nothing; None as long as each is worth an event.

        Nobody waits for this: a portal's server may share its block with whoever floods us.
        """
        return self._take(PROGRAMS_REFUSED, network_block, self._limits.refusals_noted, 1, now)

    def _take(self, limit: str, block: str, most: int, weight: int, now: datetime) -> HeldBack | None:
        key = RecordKey(RecordKind.ADDRESS_LIMIT, "-", f"{limit} {block}")
        wait = self._allowances.take(key, Limit(most, _MINUTE), now=now, number=weight)
        if wait is None:
            return None
        told = RecordKey(RecordKind.ADDRESS_LIMIT, "-", f"told {limit} {block}")
        is_first = self._allowances.take(told, Limit(1, _MINUTE), now=now) is None
        return HeldBack(limit, wait, is_first)
