"""Fixtures over the whole broker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import pytest

from demo.pki import make_pki
from tests.support.servers import running_redis
from tests.support.system import Plan, System, running_system

SystemMaker = Callable[[Plan], AbstractContextManager[System]]


@pytest.fixture(scope="session")
def demo_pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state directory with nothing but throw-away keys, to be copied."""
    state = tmp_path_factory.mktemp("pki") / "state"
    make_pki(state)
    return state


@pytest.fixture
def plan(tmp_path: Path, demo_pki: Path, redis_url: str, sqlite_template: bytes) -> Plan:
    """The sample configuration on an empty SQLite database and an empty Redis; change it with `replace`."""
    file = tmp_path / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    return Plan(demo_pki, redis_url, f"sqlite:///{file}")


@pytest.fixture
def make_system(tmp_path: Path) -> SystemMaker:
    """Makes a system from a plan, for a `with` statement."""
    return lambda plan: running_system(tmp_path, plan)


@pytest.fixture
def own_system(plan: Plan, make_system: SystemMaker) -> Iterator[System]:
    """A system for one test alone, which may break it."""
    with make_system(plan) as running:
        yield running


@pytest.fixture
def own_system_without_bsn(plan: Plan, make_system: SystemMaker) -> Iterator[System]:
    """A system whose portal has no legal ground for the BSN, so that its ID tokens hold none."""
    words = {"\nbsn_legal_ground = ": "\n# bsn_legal_ground = ", '"bsn", ': ""}
    with make_system(replace(plan, replaced=words)) as running:
        yield running


@pytest.fixture(scope="session")
def system(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """A system that tests share: use fresh browsers, and leave accounts and configuration alone.

    Its clock may be moved on, for it belongs to no test; nothing may depend on what it says.
    """
    folder = tmp_path_factory.mktemp("system")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    # A Redis of its own: tests that ask for the common one find it emptied.
    with (
        running_redis("--appendonly", "no") as redis,
        running_system(folder, Plan(demo_pki, redis.url, f"sqlite:///{file}")) as running,
    ):
        yield running
