"""An outbox for each test: real application, real mail listener, a small DigiD on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from demo.clock import DemoClock
from demo.outbox.app import create_app
from demo.outbox.digid_app import DigidApp
from demo.outbox.mail import MailHandler, MailListener
from demo.outbox.messages import MessageStore
from demo.serving import listen
from tests.demo.outbox.app_side import AppSide


@pytest.fixture
def app_side() -> Iterator[AppSide]:
    """DigiD as the phone sees it, on a port of its own."""
    side = AppSide()
    server = listen(side.routes(), "127.0.0.1", 0)
    side.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield side
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def store() -> MessageStore:
    """What arrived in this test."""
    return MessageStore()


@pytest.fixture
def clock(tmp_path: Path) -> DemoClock:
    """The demo's clock with a state directory of its own."""
    return DemoClock.of_state(tmp_path)


@pytest.fixture
def outbox(store: MessageStore, clock: DemoClock, app_side: AppSide) -> FlaskClient:
    """A client of the outbox's web application."""
    return create_app(store, DigidApp(app_side.url), clock).test_client()


@pytest.fixture
def mail_listener(store: MessageStore, clock: DemoClock) -> Iterator[MailListener]:
    """The mail listener on a free port."""
    listener = MailListener(MailHandler(store, clock), "127.0.0.1", 0)
    listener.start()
    yield listener
    listener.stop()
