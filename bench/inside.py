"""The broker in this very process, without a server: for counting what a login does rather than timing it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.test import Client

from bench.http_bytes import Answer
from bench.load import Visitor
from bench.stage import Stage
from broker.app import create_app
from broker.log import configure_logging
from broker.settings import load_settings


class AppLine:
    """Calls the application as a server would."""

    def __init__(self, app: Flask, base_url: str) -> None:
        self._client = Client(app, use_cookies=False)
        self._base_url = base_url

    def ask(self, method: str, target: str, headers: dict[str, str], body: str | None = None) -> Answer:
        """Send one request and read the whole response."""
        path, _, query = target.partition("?")
        response = self._client.open(
            path, base_url=self._base_url, query_string=query, method=method, headers=headers, data=body
        )
        cookies = tuple(response.headers.getlist("Set-Cookie"))
        return Answer(response.status_code, response.headers.get("Location", ""), cookies, response.data)

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def visitor_inside(stage: Stage) -> Iterator[Visitor]:
    """A visitor of the stage's broker as this process runs it."""
    configure_logging("warning")
    app = create_app(load_settings(stage.config, {**os.environ, **stage.environment}))
    visitor = Visitor(stage.sites, to_broker=lambda url: AppLine(app, url))
    yield visitor
    visitor.close()
