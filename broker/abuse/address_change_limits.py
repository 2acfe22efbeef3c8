"""How often another e-mail address may be asked for: by one account, and for one address.

An address that nobody has is counted like any other, under a keyed hash, so that this is no way to fill
somebody's mailbox nor to learn who has an account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from broker.domain.accounts import AccountId
from broker.domain.email_address import comparable
from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKey, RecordKind

OF_ONE: Final = Limit(most=5, window=timedelta(hours=1))


class AddressChangeLimits:
    """Counts wishes; two steps for each, whatever the answer is."""

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances

    def may_ask(self, brand: str, account_id: AccountId, address: str, *, now: datetime) -> bool:
        """Whether this wish may be granted; it counts if so."""
        own = RecordKey(RecordKind.ADDRESS_CHANGE_LIMIT, brand, f"account {account_id}")
        waits = self._allowances.take(own, OF_ONE, now=now) is not None
        # An account that asks too often takes nothing of what belongs to the address.
        counted = 0 if waits else 1
        name = RecordKey(RecordKind.ADDRESS_CHANGE_LIMIT, brand, f"address {comparable(address)}")
        full = self._allowances.take(name, OF_ONE, now=now, number=counted) is not None
        return not waits and not full
