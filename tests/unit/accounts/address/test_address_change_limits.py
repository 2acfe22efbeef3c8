"""How often another address may be asked for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from broker.abuse.address_change_limits import OF_ONE, AddressChangeLimits
from broker.domain.accounts import AccountId
from broker.storage.allowances import Allowances
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
A, B = AccountId("1" * 36), AccountId("2" * 36)


@pytest.fixture
def limits(redis_connection: RedisConnection, record_keys: RecordKeys) -> AddressChangeLimits:
    """On a real Redis."""
    return AddressChangeLimits(Allowances(redis_connection, record_keys))


def _ask(limits: AddressChangeLimits, account: AccountId, address: str, now: datetime = NOW) -> bool:
    return limits.may_ask("iza", account, address, now=now)


def test_account_may_ask_so_often_whatever_it_asks_for(limits: AddressChangeLimits) -> None:
    """After an hour it goes on; another account is not held up."""
    assert all(_ask(limits, A, f"{number}@example.test") for number in range(OF_ONE.most))
    assert not _ask(limits, A, "free@example.test")
    assert _ask(limits, B, "free@example.test")
    assert _ask(limits, A, "free@example.test", NOW + OF_ONE.window)


def test_address_gets_so_many_mails_whoever_asks(limits: AddressChangeLimits) -> None:
    """In any spelling, and by as many accounts as somebody has."""
    for number in range(OF_ONE.most):
        assert _ask(limits, AccountId(f"{number:036d}"), "Mark@Example.test")
    assert not _ask(limits, A, "mark@example.TEST")


def test_account_over_its_limit_takes_nothing_from_an_address(limits: AddressChangeLimits) -> None:
    """Its owner may still be asked for by others."""
    for number in range(OF_ONE.most):
        assert _ask(limits, A, f"{number}@example.test")
    for _ in range(OF_ONE.most):
        assert not _ask(limits, A, "mark@example.test")
    assert _ask(limits, B, "mark@example.test")
