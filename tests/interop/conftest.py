"""The demo with five more portals, one for each foreign library, and a person at one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.interop.journey import Journey, journey_at
from tests.interop.portals import PORTALS, Portal
from tests.support.running_demo import Demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """What `make demo` starts, with the portals of the libraries registered."""
    running = Demo(tmp_path_factory.mktemp("demo"))
    for portal in PORTALS:
        portal.register(running.config)
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture
def journey_of(demo: Demo) -> Callable[[Portal], Journey]:
    """Somebody with an empty browser at a portal."""
    return lambda portal: journey_at(portal, demo.state)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the programs of one test work and write."""
    return tmp_path
