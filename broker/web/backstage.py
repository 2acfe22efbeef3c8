"""What stands behind the answers to portals: the stores, the OpenID Provider and the time."""

from __future__ import annotations

from dataclasses import dataclass

from broker.audit.recorder import Auditor
from broker.domain.clock import Clock
from broker.login.transactions import Transactions
from broker.oidc.clients import ClientRegistry
from broker.oidc.codes import CodeStore
from broker.oidc.id_token_hint import HintReader
from broker.sessions.store import SessionStore
from broker.storage.accounts import AccountRepository
from broker.storage.passwords import PasswordRepository
from broker.web.devices import DeviceBook


@dataclass(frozen=True, slots=True)
class Backstage:
    """What answering a portal needs."""

    issuer: str
    clients: ClientRegistry
    hints: HintReader
    codes: CodeStore
    sessions: SessionStore
    transactions: Transactions
    accounts: AccountRepository
    passwords: PasswordRepository
    devices: DeviceBook
    auditor: Auditor
    clock: Clock
