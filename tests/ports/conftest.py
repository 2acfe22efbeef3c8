"""What the suites about second factors share."""

from __future__ import annotations

import pytest

from broker.domain.accounts import Account
from broker.storage.database import Database
from broker.storage.key_ring import KeyRing
from broker.storage.record_keys import RecordKeys
from broker.storage.redis_connection import RedisConnection
from tests.support.moments import MovableClock
from tests.support.second_factors import Factory


@pytest.fixture
def factory(
    database: Database,
    key_ring: KeyRing,
    redis_connection: RedisConnection,
    record_keys: RecordKeys,
    clock: MovableClock,
) -> Factory:
    """Everything, on each kind of database."""
    return Factory(database, key_ring, redis_connection, record_keys, clock)


@pytest.fixture
def ans(factory: Factory) -> Account:
    """Somebody without a second factor."""
    return factory.account()
