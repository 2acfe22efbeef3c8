"""A process that is killed while somebody chooses a password: just before all of it is kept, or just after.

Run as a program with one JSON object; the kill is a real SIGKILL, so nothing is tidied up.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from flask_babel import force_locale

from broker.accounts.reset.choosing import NewPassword, PasswordChoice
from broker.accounts.reset.links import Purpose
from broker.audit.recorder import Auditor
from broker.domain.accounts import Account
from broker.settings import load_settings
from broker.storage.accounts import AccountRepository
from broker.storage.audit_log import AuditLog
from broker.web.look import install_look
from broker.wiring.resets import credentials_of, reset_surroundings
from broker.wiring.stores import open_stores
from tests.support.password_links import NEW_PASSWORD

BRAND = "iza"
_DEADLY_CALL = {"before-commit": 1, "after-commit": 2}


@dataclass
class DeadlySessions:
    """Sessions are ended twice: within the transaction, and after it. One of the two ends the process."""

    deadly: int
    calls: list[str] = field(default_factory=list)

    def end_all(self, account: Account, *, reason: str) -> int:
        """Be gone, if it is time."""
        self.calls.append(reason + account.id)
        if len(self.calls) == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        return 0


def main() -> None:
    """Choose a password by the link that was ordered, as far as that goes."""
    order = json.loads(sys.argv[1])
    settings = load_settings(Path(order["config"]), os.environ)
    stores = open_stores(settings)
    accounts = AccountRepository(
        stores.database, stores.keys.columns, stores.keys.blind_indexes, stores.clock
    )
    auditor = Auditor(AuditLog(stores.database), stores.clock, lambda: None)
    surroundings = reset_surroundings(settings, stores, accounts, auditor)
    deadly = DeadlySessions(_DEADLY_CALL[order["point"]])
    choice = PasswordChoice(surroundings, replace(credentials_of(stores, auditor), sessions=deadly))
    app = Flask("broker.web")
    install_look(app)
    with app.app_context(), force_locale("nl"):
        for purpose in Purpose:
            choice.choose(BRAND, purpose, order["token"], NewPassword(NEW_PASSWORD, (), "192.0.2.0/24"))


if __name__ == "__main__":
    main()
