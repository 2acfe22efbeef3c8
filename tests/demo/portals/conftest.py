"""The portal Mijn CZ in a test, with an honest provider on loopback and a clock that the test moves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from demo.portals.app import create_app
from demo.portals.definitions import PORTALS
from demo.portals.keys import PortalKeys
from demo.serving import listen
from tests.demo.portals.honest_provider import HonestProvider, visit_provider


@dataclass
class HandClock:
    """A clock that only the test moves; far ahead of real time, so that nobody reads the machine's."""

    moment: datetime = field(default=datetime(2031, 3, 14, 20, 30, tzinfo=UTC))

    def __call__(self) -> datetime:
        """Now, as the test sees it."""
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Let time pass."""
        self.moment += by


@pytest.fixture(scope="session")
def portal_keys() -> PortalKeys:
    """The portal's keys, made once: an RSA key takes its time."""
    return PortalKeys(
        ECKey.generate_key("P-256", {"kid": "sig-1", "use": "sig"}),
        RSAKey.generate_key(2048, {"kid": "enc-1", "use": "enc"}),
    )


@pytest.fixture
def hand_clock() -> HandClock:
    """The clock of portal and provider."""
    return HandClock()


@pytest.fixture
def provider(portal_keys: PortalKeys, hand_clock: HandClock) -> Iterator[HonestProvider]:
    """A provider that listens on a free port."""
    honest = HonestProvider(portal_keys, hand_clock)
    with serving(honest):
        yield honest


@contextmanager
def serving(honest: HonestProvider) -> Iterator[None]:
    """Let the provider answer on a free port."""
    with serving_app(honest.routes(), 0) as port:
        honest.issuer = f"http://127.0.0.1:{port}"
        yield


@contextmanager
def serving_app(app: Flask, port: int) -> Iterator[int]:
    """Let an application answer on this port, 0 for a free one; gives its number."""
    server = listen(app, "127.0.0.1", port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def browser(provider: HonestProvider, portal_keys: PortalKeys, hand_clock: HandClock) -> FlaskClient:
    """A browser at Mijn CZ."""
    portal = replace(PORTALS[0], issuer=provider.issuer)
    return create_app(portal, portal_keys, hand_clock).test_client()


@pytest.fixture
def log_in(browser: FlaskClient) -> Callable[[], TestResponse]:
    """Go to the provider and come back; gives the portal's answer to the callback."""

    def go() -> TestResponse:
        return browser.get(visit_provider(browser))

    return go
