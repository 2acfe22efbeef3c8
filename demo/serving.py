"""Runs a demo server's Flask application until it is told to stop, with logs that name no secrets."""

from __future__ import annotations

import logging
import signal
from types import FrameType

import click
from flask import Flask, abort, request
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

HIGHEST_PORT = 65535


class Address(click.ParamType[tuple[str, int]]):
    """A command-line option of the form ``127.0.0.1:8300``."""

    name = "host:port"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        """Host and port."""
        host, colon, port = str(value).rpartition(":")
        if not colon or not host or not port.isdigit() or int(port) > HIGHEST_PORT:
            self.fail(f"{value} is not an address such as 127.0.0.1:8300", param, ctx)
        return host, int(port)


class _PathOnlyRequestHandler(WSGIRequestHandler):
    """Logs a request without its query, where codes and states travel."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:  # noqa: ARG002 (werkzeug's form)
        """One line a request: method, path, status."""
        path = self.path.partition("?")[0] if hasattr(self, "path") else "-"
        self.log("info", "%s %s %s", self.command or "-", path, code)


def listen(app: Flask, host: str, port: int) -> BaseWSGIServer:
    """Open the port; one process with threads, since what a demo server knows lives in memory."""
    return make_server(host, port, app, threaded=True, request_handler=_PathOnlyRequestHandler)


def serve(app: Flask, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    server = listen(app, host, port)
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def refuse_foreign_posts() -> None:
    """Stop a form that another site's page sends (browsers say so since Fetch Metadata)."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") not in {
        "same-origin",
        "none",
    }:
        abort(403)
