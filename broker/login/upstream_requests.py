"""What was sent to a provider, kept until its answer comes: once, and bound to one login attempt."""

from __future__ import annotations

import base64
import json
from datetime import datetime
from typing import NamedTuple

from broker.login.transaction import LoginTransaction
from broker.providers.base import SentRequest, decode_sent_request, encode_sent_request
from broker.sessions.secrets import new_secret
from broker.storage.records import RecordKey, RecordKind, RecordStore


class Outstanding(NamedTuple):
    """A request without an answer yet, and the attempt that it belongs to."""

    transaction_id: str
    sent: SentRequest


def new_relay_state() -> str:
    """An opaque handle of 43 characters (SAML 2.0 Bindings 3.4.3 allows 80 bytes); it says nothing."""
    return new_secret()


class UpstreamRequests:
    """Keeps and takes requests; whoever takes one, with a right or a wrong answer, uses it up."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def keep(
        self, relay_state: str, transaction: LoginTransaction, sent: SentRequest, *, until: datetime
    ) -> None:
        """Remember a request under its relay state."""
        value = {
            "transaction": transaction.id,
            "sent": base64.b64encode(encode_sent_request(sent)).decode("ascii"),
        }
        self._records.put(_key(transaction.brand, relay_state), json.dumps(value).encode(), expires_at=until)

    def take(self, brand: str, relay_state: str) -> Outstanding | None:
        """The request of this relay state, for exactly one caller."""
        data = self._records.take(_key(brand, relay_state))
        if data is None:
            return None
        raw = json.loads(data.decode())
        return Outstanding(raw["transaction"], decode_sent_request(base64.b64decode(raw["sent"])))


def _key(brand: str, relay_state: str) -> RecordKey:
    return RecordKey(RecordKind.SAML_REQUEST, brand, relay_state)
