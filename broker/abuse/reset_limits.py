"""How often a link for a new password may be asked for: for one address, and from one block of addresses.

An address that nobody has is counted like any other, under a keyed hash. Whoever keeps asking for somebody
else cannot keep them out: until the limit is reached each request brings the owner a link that works, and the
last of those works for half of the hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from broker.domain.email_address import comparable
from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKey, RecordKind

_HOUR = timedelta(hours=1)


_OF_ADDRESS = Limit(most=5, window=_HOUR)
_OF_BLOCK = Limit(most=30, window=_HOUR)


@dataclass(frozen=True, slots=True)
class ResetPace:
    """The figures. An office behind one address asks for a few a day."""

    of_address: Limit = _OF_ADDRESS
    of_block: Limit = _OF_BLOCK


class ResetLimits:
    """Counts requests, first for the block and then for the address."""

    def __init__(self, allowances: Allowances, pace: ResetPace = ResetPace()) -> None:
        self._allowances = allowances
        self._pace = pace

    def block_may_ask(self, network_block: str, *, now: datetime) -> bool:
        """Whether requests of this block are looked at; it counts if so.

        A block that asks too often takes nothing of what belongs to an address.
        """
        block = RecordKey(RecordKind.PASSWORD_LINK_LIMIT, "-", f"block {network_block}")
        return self._allowances.take(block, self._pace.of_block, now=now) is None

    def may_ask(self, brand: str, address: str, *, now: datetime) -> bool:
        """Whether a request for this address may be granted; it counts if so."""
        name = RecordKey(RecordKind.PASSWORD_LINK_LIMIT, brand, f"address {comparable(address)}")
        return self._allowances.take(name, self._pace.of_address, now=now) is None
