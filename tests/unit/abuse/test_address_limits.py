"""What comes from one block of addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broker.abuse.address_limits import AddressGuard, AddressLimits, HeldBack
from broker.settings.limits_section import Limits
from broker.storage.allowances import Allowances
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock

BLOCK, OTHER = "192.0.2.0/24", "198.51.100.0/24"
KIB = 1024


@pytest.fixture
def guard(redis_connection: RedisConnection, record_keys: RecordKeys) -> AddressGuard:
    """Few of each."""
    return AddressGuard(Allowances(redis_connection, record_keys), AddressLimits(3, 5, 2))


def test_block_has_so_many_a_minute(guard: AddressGuard, clock: MovableClock) -> None:
    """Logins, forms and refusals are counted apart; the answer says how long to wait; other blocks go on."""
    assert [guard.may_begin(BLOCK, now=clock()) for _ in range(3)] == [None] * 3
    clock.advance(seconds=15)
    held = guard.may_begin(BLOCK, now=clock())
    assert held == HeldBack("logins-begun", timedelta(seconds=45), is_first=True)
    assert [guard.may_post(BLOCK, now=clock()) for _ in range(5)] == [None] * 5
    held = guard.may_post(BLOCK, now=clock())
    assert held == HeldBack("forms-posted", timedelta(seconds=60), is_first=True)
    assert [guard.may_note(BLOCK, now=clock()) for _ in range(2)] == [None] * 2
    held = guard.may_note(BLOCK, now=clock())
    assert held == HeldBack("programs-refused", timedelta(seconds=60), is_first=True)
    assert guard.may_begin(OTHER, now=clock()) is None
    clock.advance(seconds=45)
    assert guard.may_begin(BLOCK, now=clock()) is None


def test_one_of_a_flood_is_told_of_a_minute(guard: AddressGuard, clock: MovableClock) -> None:
    """However long it lasts, and each block by itself."""

    def flood(block: str) -> int:
        answers = [guard.may_begin(block, now=clock()) for _ in range(50)]
        return sum(answer is not None and answer.is_first for answer in answers)

    assert [flood(BLOCK), flood(BLOCK), flood(OTHER)] == [1, 0, 1]
    clock.advance(seconds=60)
    assert flood(BLOCK) == 1


def test_long_request_counts_for_as_many_as_it_takes_room(guard: AddressGuard, clock: MovableClock) -> None:
    """An attempt keeps what the portal asked; the longest there is still has a turn of its own."""
    assert guard.may_begin(BLOCK, now=clock(), size_bytes=3 * KIB) is None
    assert guard.may_begin(BLOCK, now=clock(), size_bytes=3 * KIB) is not None
    assert guard.may_begin(BLOCK, now=clock(), size_bytes=2 * KIB - 1) is None
    assert guard.may_begin(OTHER, now=clock(), size_bytes=60 * KIB) is None


def test_limits_leave_room_for_an_office() -> None:
    """Six hundred people behind one address who come in one minute, half of them twice, three forms each."""
    configured, people = Limits(), 600
    assert configured.logins_begun_a_minute >= people * 3 // 2
    assert configured.forms_posted_a_minute >= people * 3
    assert configured.wrong_passwords_a_quarter >= people // 2
    assert AddressLimits() == AddressLimits(
        configured.logins_begun_a_minute,
        configured.forms_posted_a_minute,
        configured.refusals_noted_a_minute,
    )
