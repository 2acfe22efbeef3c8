"""What running logins needs from elsewhere, in one value."""

from __future__ import annotations

from dataclasses import dataclass

from broker.domain.auditing import Auditor
from broker.domain.clock import Clock
from broker.login.parked_outcomes import ParkedOutcomes
from broker.login.ports import (
    Accounts,
    DirectWays,
    Passwords,
    Providers,
    Relations,
    RunningSessions,
    SecondFactors,
)
from broker.login.transactions import Transactions
from broker.login.upstream_requests import UpstreamRequests


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What running logins needs."""

    transactions: Transactions
    upstream: UpstreamRequests
    parked: ParkedOutcomes
    providers: Providers
    direct: DirectWays
    accounts: Accounts
    factors: SecondFactors
    relations: Relations
    passwords: Passwords
    sessions: RunningSessions
    auditor: Auditor
    clock: Clock
