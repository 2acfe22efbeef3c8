"""What codes by telephone may cost (security B4-09)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from broker.audit.recorder import Auditor
from broker.domain.accounts import AccountId
from broker.domain.events import SecurityEvent
from broker.domain.second_factors import FactorKind
from broker.mfa.ports import SmsBudget
from broker.storage.allowances import Allowances
from broker.storage.audit_log import AuditLog
from broker.storage.database import Database
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from broker.wiring.sms_budget import PhoneBudgets
from tests.support.moments import MovableClock
from tests.support.story import Story

MOST = 1000
BELGIAN, GERMAN, DUTCH = "+324701{:05}", "+491512{:07}", "+316123{:05}"


@dataclass
class Office:
    """A budget asked from as many networks as a test wants, and what it wrote down."""

    budget: SmsBudget
    story: Story
    clock: MovableClock
    told: list[SecurityEvent] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=count)

    def send(self, number: str = "+31612345678", kind: FactorKind = FactorKind.SMS) -> str | None:
        """One more code to this number."""
        return self.budget.spend(
            brand="cz", account_id=AccountId(number), number=number, kind=kind, now=self.clock()
        )

    def pump(self, form: str, number: int) -> list[str | None]:
        """So many codes, each to another number of a country."""
        return [self.send(form.format(next(self._numbers))) for _ in range(number)]

    def alarms(self) -> list[tuple[object, ...]]:
        """The alarms so far."""
        return [
            (event.kind, event.detail["channel"], event.detail["limit"], event.detail["country"])
            for event in self.story.events()
        ]


@pytest.fixture
def make_office(
    redis_connection: RedisConnection,
    record_keys: RecordKeys,
    sqlite_database: Database,
    clock: MovableClock,
) -> Callable[..., Office]:
    """Makes the budgets of a deployment."""

    def make(network_block: Callable[[], str]) -> Office:
        auditor = Auditor(AuditLog(sqlite_database), clock, lambda: None)
        allowances = Allowances(redis_connection, record_keys)
        budget = PhoneBudgets(allowances, network_block, auditor, most_an_hour=MOST)
        return Office(budget, Story(sqlite_database), clock)

    return make


@pytest.fixture
def office(make_office: Callable[..., Office]) -> Office:
    """Asked from one network."""
    return make_office(lambda: "192.0.2.0/24")


@pytest.fixture
def besieged(make_office: Callable[..., Office]) -> Office:
    """Asked from a network of its own each time."""
    networks = count()
    return make_office(lambda: f"10.{next(networks)}.0.0/24")


def test_sixth_text_of_an_hour_to_a_number_is_not_sent(office: Office) -> None:
    """A call still may be, and so may a text to somebody else; an hour later there is room again."""
    assert [office.send() for _ in range(6)] == [None] * 5 + ["number"]
    assert office.send(kind=FactorKind.VOICE) is None
    assert office.send("+31687654321") is None
    office.clock.advance(seconds=3600)
    assert office.send() is None
    assert office.alarms() == []


def test_network_runs_out_before_the_numbers_of_others_do(office: Office) -> None:
    """Whoever asks for many numbers is stopped at their own limit, and takes nothing from anybody's."""
    assert office.pump(DUTCH, 90) == [None] * 60 + ["block"] * 30


def test_foreign_country_has_little_and_takes_nothing_from_home(besieged: Office) -> None:
    """Fraud is paid out abroad: a fiftieth for each country, with one alarm; people here notice nothing."""
    assert besieged.pump(BELGIAN, 25) == [None] * 20 + ["abroad"] * 5
    assert besieged.alarms() == [("message-budget.spent", "sms", "abroad", "32")]
    assert besieged.pump(GERMAN, 20) == [None] * 20
    # More than one in ten numbers of one Dutch network: a whole country is one prefix here.
    assert besieged.pump(DUTCH, 800) == [None] * 800
    assert len(besieged.alarms()) == 1


def test_home_leaves_a_tenth_to_the_others(besieged: Office) -> None:
    """And says that it ran out."""
    assert besieged.pump(DUTCH, 905) == [None] * 900 + ["home"] * 5
    assert besieged.alarms() == [("message-budget.spent", "sms", "home", "31")]
    assert besieged.pump(BELGIAN, 20) == [None] * 20


def test_breaker_is_an_alarm_once(besieged: Office) -> None:
    """When everything is spent nothing leaves for an hour; calls go on."""
    assert besieged.pump(DUTCH, 900) == [None] * 900
    forms = [f"+{code}12345{{:05}}" for code in ("32", "33", "34", "351", "353")]
    for form in forms:
        assert besieged.pump(form, 20) == [None] * 20
    assert besieged.pump(GERMAN, 3) == ["breaker"] * 3
    assert besieged.alarms() == [("message-budget.spent", "sms", "breaker", "49")]
    assert besieged.send("+31687654321", FactorKind.VOICE) is None
