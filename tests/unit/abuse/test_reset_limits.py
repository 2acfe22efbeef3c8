"""How often a link for a password may be asked for."""

from __future__ import annotations

import pytest

from broker.abuse.reset_limits import ResetLimits, ResetPace
from broker.storage.allowances import Allowances, Limit
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

BLOCK, OTHER = "192.0.2.0/24", "198.51.100.0/24"
ADDRESS = "bea@bedrijf.example"


@pytest.fixture
def limits(redis_connection: RedisConnection, record_keys: RecordKeys) -> ResetLimits:
    """Two an hour for an address and four from a block, as by default more."""
    pace = ResetPace()
    few = ResetPace(of_address=Limit(2, pace.of_address.window), of_block=Limit(4, pace.of_block.window))
    return ResetLimits(Allowances(redis_connection, record_keys), few)


def test_address_is_counted_however_it_is_spelled(limits: ResetLimits, clock: MovableClock) -> None:
    """Case makes no other mailbox; another brand has accounts of its own."""
    assert limits.may_ask("cz", ADDRESS, now=clock())
    assert limits.may_ask("cz", ADDRESS.upper(), now=clock())
    assert not limits.may_ask("cz", f" {ADDRESS}", now=clock())
    assert limits.may_ask("iza", ADDRESS, now=clock())
    clock.advance(seconds=3600)
    assert limits.may_ask("cz", ADDRESS, now=clock())


def test_block_is_counted_by_itself(limits: ResetLimits, clock: MovableClock) -> None:
    """Whoever is asked for; another block goes on."""
    assert [limits.block_may_ask(BLOCK, now=clock()) for _ in range(5)] == [True] * 4 + [False]
    assert limits.block_may_ask(OTHER, now=clock())
    clock.advance(seconds=3600)
    assert limits.block_may_ask(BLOCK, now=clock())
