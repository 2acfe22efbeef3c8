"""What all tests share: real stores, the whole broker beside the simulator, and how they are spread."""

from __future__ import annotations

from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

pytest_plugins = [
    "tests.support.fixtures",
    "tests.support.system_fixtures",
    "tests.support.registration",
    "tests.support.business",
    "tests.support.deployment",
    "tests.support.work_factors",
]


_BROWSER = "tests/browser/"
# They serve on a port of their own what they look at, and take half of all browser time.
_WITHOUT_DEMO = tuple(f"{_BROWSER}test_{name}.py" for name in ("accessibility", "business_portals"))


class _OneDemoAtATime(LoadFileScheduling):  # type: ignore[misc]  # pytest-xdist carries no types
    """A test file keeps to one process, and so do all files that need the demo: its ports are fixed."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(_BROWSER) and not nodeid.startswith(_WITHOUT_DEMO):
            return _BROWSER
        return str(super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling:
    """Called where tests run in several processes (`make test`)."""
    return _OneDemoAtATime(config, log)


def _what_it_takes(item: pytest.Item) -> int:
    """Where a file with such a test stands: what takes longest begins first, so no process ends alone."""
    if item.get_closest_marker("browser"):
        return 1 if item.nodeid.startswith(_WITHOUT_DEMO) else 0
    return 2 if item.get_closest_marker("slow") else 3


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After pytest-randomly: within what takes as long, the order stays random.

    What fails in a browser is tried once more, and told: a browser has moods that no wait catches. Nothing
    else is: elsewhere a test that fails once in a hundred runs has found something.
    """
    place: dict[Path, int] = {}
    for item in items:
        place[item.path] = min(_what_it_takes(item), place.get(item.path, 3))
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=lambda item: place[item.path])
