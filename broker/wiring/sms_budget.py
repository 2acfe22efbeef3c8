"""What text messages and calls may cost: the budgets behind `broker.mfa.ports.SmsBudget`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from broker.abuse.budgets import TOTAL, Breaker, Budget, NotNow, Part
from broker.audit.recorder import Auditor
from broker.domain.accounts import AccountId
from broker.domain.events import MessageBudgetSpent, Result
from broker.domain.second_factors import FactorKind
from broker.mfa.phone_numbers import HOME_CODE, calling_code
from broker.storage.allowances import Allowances, Limit

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_HOME, _ABROAD = "home", "abroad"
# Of the total each foreign country may have a fiftieth: people who work here and live there, no more. Fraud
# on codes is paid out abroad; were it to reach its limit, everybody at home goes on. The tenth that home may
# not have is left to the others.
_FIFTIETH, _TENTH = 50, 10
_LEAST_ABROAD = 20


def limits_for(most_an_hour: int) -> tuple[tuple[str, Limit], ...]:
    """The limits of a budget of that size, over all brands.

    In this order: what a stranger cannot leave comes first (`broker.abuse.budgets.Budget`).
    """
    return (
        ("block", Limit(60, _HOUR)),
        ("number", Limit(5, _HOUR)),
        ("number", Limit(20, _DAY)),
        ("account", Limit(10, _HOUR)),
        ("account", Limit(30, _DAY)),
        (_ABROAD, Limit(max(most_an_hour // _FIFTIETH, _LEAST_ABROAD), _HOUR)),
        (TOTAL, Limit(most_an_hour, _HOUR)),
        (_HOME, Limit(most_an_hour - most_an_hour // _TENTH, _HOUR)),
    )


class PhoneBudgets:
    """Texts and calls each have a budget, so that where one is used up the owner has the other."""

    def __init__(
        self,
        allowances: Allowances,
        network_block: Callable[[], str],
        auditor: Auditor,
        *,
        most_an_hour: int,
    ) -> None:
        """`network_block` is asked where the request at hand comes from."""
        self._network_block = network_block
        self._auditor = auditor
        limits, pause = limits_for(most_an_hour), Breaker(_HOUR)
        self._budgets = {
            kind: Budget(kind.value, limits, allowances, breaker=pause, alarming=(_ABROAD, _HOME))
            for kind in (FactorKind.SMS, FactorKind.VOICE)
        }

    def spend(
        self, *, brand: str, account_id: AccountId, number: str, kind: FactorKind, now: datetime
    ) -> str | None:
        """Count one more and answer None, or count nothing and answer which limit is reached."""
        country = calling_code(number)
        parts = (
            Part("block", self._network_block()),
            Part("number", number),
            Part("account", f"{brand} {account_id}"),
            Part(_HOME if country == HOME_CODE else _ABROAD, country),
        )
        spent = self._budgets[kind].spend(parts, now)
        if not isinstance(spent, NotNow):
            return None
        if spent.tripped:
            self._raise_alarm(kind, spent.which, country)
        return spent.which

    def _raise_alarm(self, kind: FactorKind, limit: str, country: str) -> None:
        event = MessageBudgetSpent(
            brand=None, result=Result.REFUSED, channel=kind.value, limit=limit, country=country
        )
        self._auditor.record(event)
