"""How much work a hash takes is for those who steal a database; in one process, tests do with less."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from broker.mfa import recovery_codes

PRODUCTION_COST = recovery_codes._COST
_LEAST_COST = 2


@pytest.fixture(scope="session", autouse=True)
def _quick_recovery_codes() -> Iterator[None]:
    """Ten codes are half a second of a processor, and hundreds of tests set up a factor."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recovery_codes, "_COST", _LEAST_COST)
        yield


@pytest.fixture
def production_cost(monkeypatch: pytest.MonkeyPatch) -> int:
    """For one test: what production asks, and servers in other processes do; that cost is the answer."""
    monkeypatch.setattr(recovery_codes, "_COST", PRODUCTION_COST)
    return PRODUCTION_COST
