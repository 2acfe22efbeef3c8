"""A worker that is killed at the worst moment: the mail server has the message, the database does not know.

Run as a program with one JSON object; the kill is a real SIGKILL, so nothing is tidied up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from datetime import datetime

from broker.audit.recorder import Auditor
from broker.notify.delivery import Delivery
from broker.notify.ports import Envelope
from broker.notify.smtp import SmtpTransport
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.key_ring import open_key_ring
from broker.storage.messages import MessageRepository
from broker.storage.sealing import DataKey
from tests.support.fixtures import BRANDS
from tests.support.mailbox import smtp_transport


class LastBreath:
    """Sends for real, and dies before it can tell."""

    def __init__(self, transport: SmtpTransport) -> None:
        self._transport = transport

    def send(self, envelope: Envelope) -> None:
        """Hand it over and be gone."""
        self._transport.send(envelope)
        os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """One round of a worker that does not come to its end."""
    order = json.loads(sys.argv[1])
    now = datetime.fromisoformat(order["now"])
    database = Database(order["database_url"])
    key = DataKey(order["key_id"], bytes.fromhex(order["key_hex"]))
    ring = open_key_ring(database, key, brands=BRANDS, clock=lambda: now)
    Delivery(
        MessageRepository(database, ring.columns),
        LastBreath(smtp_transport(order["port"])),
        Auditor(AuditLog(database), lambda: now, lambda: None),
        lambda: now,
        together=database.writing,
        most_attempts=3,
    ).run()


if __name__ == "__main__":
    main()
