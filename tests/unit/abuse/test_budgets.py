"""What may be spent: several limits at once, all or none (security B4-09)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from broker.abuse.budgets import TOTAL, Breaker, Budget, NotNow, Part, Spent
from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIMITS = (
    ("block", Limit(4, HOUR)),
    ("number", Limit(2, HOUR)),
    ("number", Limit(5, DAY)),
    ("account", Limit(3, HOUR)),
    (TOTAL, Limit(20, HOUR)),
)


@pytest.fixture
def allowances(redis_connection: RedisConnection, record_keys: RecordKeys) -> Allowances:
    """Allowances on a real Redis."""
    return Allowances(redis_connection, record_keys)


@pytest.fixture
def budget(allowances: Allowances) -> Budget:
    """A budget with a breaker."""
    return Budget("sms", LIMITS, allowances, breaker=Breaker(timedelta(hours=2)))


def _parts(number: int, *, account: int | None = None, block: int | None = None) -> tuple[Part, ...]:
    return (
        Part("block", f"10.0.{number if block is None else block}.0/24"),
        Part("number", f"+3161234{number:04}"),
        Part("account", f"account {number if account is None else account}"),
    )


def test_each_limit_says_no_by_its_name(budget: Budget, clock: MovableClock) -> None:
    """Two to a number, three to an account, four from a block; with the moment from which it may again."""
    assert [budget.spend(_parts(1), clock()) for _ in range(2)] == [Spent()] * 2
    assert budget.spend(_parts(1), clock()) == NotNow("number", clock() + HOUR)
    assert [budget.spend(_parts(number, account=9), clock()) for number in (2, 3, 4)] == [Spent()] * 3
    assert budget.spend(_parts(5, account=9), clock()) == NotNow("account", clock() + HOUR)
    assert [budget.spend(_parts(number, block=9), clock()) for number in (6, 7, 8, 10)] == [Spent()] * 4
    assert budget.spend(_parts(11, block=9), clock()) == NotNow("block", clock() + HOUR)


def test_kind_can_have_a_limit_for_each_of_several_windows(budget: Budget, clock: MovableClock) -> None:
    """Two in an hour and five in a day."""
    spent, first = [], clock.after(seconds=3600)
    for hour in range(4):
        clock.advance(seconds=3600)
        spent += [budget.spend(_parts(1, account=hour), clock()) for _ in range(2)]
    assert spent[:5] == [Spent()] * 5
    assert spent[5] == NotNow("number", first + DAY)


def test_what_is_refused_takes_nothing(budget: Budget, clock: MovableClock) -> None:
    """A stranger who used up their own block takes nothing of the person they aim at, however often."""
    for number in range(50, 54):
        budget.spend(_parts(number, block=9), clock())
    for _ in range(30):
        assert isinstance(budget.spend(_parts(1, block=9), clock()), NotNow)
    assert [budget.spend(_parts(1), clock()) for _ in range(2)] == [Spent()] * 2
    # And the other way round: what is refused to a number takes nothing of its block.
    for _ in range(30):
        budget.spend(_parts(1), clock())
    assert [budget.spend(_parts(number, block=1), clock()) for number in (20, 21)] == [Spent()] * 2


def test_budget_that_is_used_up_opens_the_breaker_once(budget: Budget, clock: MovableClock) -> None:
    """One caller hears it, for the alarm; everybody waits for the pause, also when the hour is over."""
    assert [budget.spend(_parts(number), clock()) for number in range(20)] == [Spent()] * 20
    until = clock() + 2 * HOUR
    assert budget.spend(_parts(30), clock()) == NotNow("breaker", until, tripped=True)
    assert budget.spend(_parts(31), clock()) == NotNow("breaker", until)
    clock.advance(seconds=7199)
    assert budget.spend(_parts(32), clock()) == NotNow("breaker", until)
    clock.advance(seconds=1)
    assert budget.spend(_parts(30), clock()) == Spent()


def test_limit_that_nobody_should_reach_tells_so_once(allowances: Allowances, clock: MovableClock) -> None:
    """Each of its parts once a window; other limits never do."""
    limits = (("number", Limit(1, HOUR)), ("abroad", Limit(2, HOUR)))
    budget = Budget("sms", limits, allowances, alarming=("abroad",))

    def send(country: str, number: int) -> Spent | NotNow:
        return budget.spend((Part("abroad", country), Part("number", str(number))), clock())

    assert [send("32", number) for number in (1, 2)] == [Spent()] * 2
    assert send("32", 1) == NotNow("number", clock() + HOUR)
    assert send("32", 3) == NotNow("abroad", clock() + HOUR, tripped=True)
    assert send("32", 4) == NotNow("abroad", clock() + HOUR)
    assert [send("49", number) for number in (5, 6)] == [Spent()] * 2
    assert send("49", 7) == NotNow("abroad", clock() + HOUR, tripped=True)
    clock.advance(seconds=3600)
    assert [send("32", number) for number in (8, 9)] == [Spent()] * 2
    assert send("32", 10) == NotNow("abroad", clock() + HOUR, tripped=True)


def test_budgets_are_apart(budget: Budget, allowances: Allowances, clock: MovableClock) -> None:
    """Where text messages are used up, calls are not: the owner has another way."""
    for number in range(30):
        budget.spend(_parts(number), clock())
    assert Budget("voice", LIMITS, allowances).spend(_parts(1), clock()) == Spent()


def test_part_without_a_limit_is_a_mistake(budget: Budget, clock: MovableClock) -> None:
    """Of ours, and not one that leaves something unlimited; a limit without its part has no say."""
    with pytest.raises(ValueError, match="no limit on prefix"):
        budget.spend((Part("prefix", "+31"),), clock())
    assert budget.spend((Part("number", "+31612340001"),), clock()) == Spent()


def test_crowd_spends_no_more_than_there_is(budget: Budget, clock: MovableClock) -> None:
    """Of fifty at the same moment two are paid for."""
    start = threading.Barrier(50)

    def spend(_: int) -> Spent | NotNow:
        start.wait()
        return budget.spend((Part("number", "+31612340001"),), clock())

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(spend, range(50))).count(Spent()) == 2


def test_numbers_are_not_printed() -> None:
    """Neither is an account or an address block."""
    assert "+316" not in repr(_parts(1))
