"""What the tests with a browser share: one demo, one Chromium, and a visitor who notices complaints."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

from tests.support.running_demo import Demo
from tests.support.visitor import CHROMIUM, PATIENCE_MS, Visitor, new_visitor


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo, started once: its ports are fixed, and starting takes longer than a journey."""
    running = Demo(tmp_path_factory.mktemp("demo"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module", params=["artifact", "post"])
def answering_demo(request: pytest.FixtureRequest, demo: Demo) -> Iterator[Demo]:
    """The demo, to which the makelaar answers by artifact, and then by POST."""
    if request.param == "artifact":
        yield demo
        return
    demo.have_eherkenning_answer_by("post")
    yield demo
    demo.have_eherkenning_answer_by("artifact")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """The one driver of browsers in this process; a second one cannot run beside it.

    It ends with the file: while it is there, its event loop runs in this thread, and nobody else's can.
    """
    with sync_playwright() as driver:
        # A machine that does more than this at once is slow, and not wrong.
        expect.set_options(timeout=PATIENCE_MS)
        yield driver


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium without a screen."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(CHROMIUM))
    yield browser
    browser.close()


@pytest.fixture
def visitor(demo: Demo, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Visitor]:
    """A visitor at a desk, unless the test names a size; in the end the console must be silent."""
    size = getattr(request, "param", "desk")
    made = new_visitor(chromium, f"{request.node.originalname}-{size}", size)
    yield made
    made.context.close()
    assert made.complaints == []
