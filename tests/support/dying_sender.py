"""A worker that is killed at the worst moment: the message is handed over, and the database does not know.

Run as a program with one JSON object; the kill is a real SIGKILL, so nothing is tidied up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime

from broker.audit.recorder import Auditor
from broker.notify.carriers import MailCarrier, PhoneCarrier
from broker.notify.delivery import Delivery, Route
from broker.notify.ports import Carrier
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import open_key_ring
from broker.storage.messages import Channel, LeasedMessage, MessageRepository
from broker.storage.sealing import DataKey
from tests.support.fixtures import BRANDS
from tests.support.mailbox import smtp_transport
from tests.support.sms_gateway import gateway_transport


class LastBreath:
    """Sends for real, and dies before it can tell."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier

    def carry(self, message: LeasedMessage) -> None:
        """Hand it over and be gone."""
        self._carrier.carry(message)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """One round of a worker that does not come to its end."""
    order = json.loads(sys.argv[1])
    now = datetime.fromisoformat(order["now"])
    database = Database(order["database_url"])
    key = DataKey(order["key_id"], bytes.fromhex(order["key_hex"]))
    ring = open_key_ring(database, key, brands=BRANDS, clock=lambda: now)
    channel = Channel(order["channel"])
    by_mail = channel is Channel.MAIL
    carrier: Carrier = (
        MailCarrier(smtp_transport(order["port"]))
        if by_mail
        else PhoneCarrier(gateway_transport(order["port"]))
    )
    Delivery(
        MessageRepository(database, ring.columns),
        [Route((channel,), LastBreath(carrier), most_attempts=3)],
        Auditor(AuditLog(database), lambda: now, lambda: None),
        lambda: now,
        together=database.writing,
    ).run()


if __name__ == "__main__":
    main()
