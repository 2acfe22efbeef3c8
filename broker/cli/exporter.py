"""`broker exporter`: the figures on a port of their own; `broker serve` starts it when it is configured."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import click

from broker.cli.children import when_parent_ends
from broker.cli.following import generations_of, next_settings
from broker.cli.options import config_option, read_settings
from broker.errors import ConfigurationError, StorageUnavailable
from broker.log import configure_logging
from broker.metrics.reading import CONTENT_TYPE
from broker.settings import Settings
from broker.web.health import Readiness
from broker.wiring.figures import figures
from broker.wiring.probes import probes_of
from broker.wiring.stores import Stores, open_stores

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATH = "/metrics"
_SILENCE_SECONDS = 10


@click.command(hidden=True)
@config_option
@click.option("--listener", type=int, required=True, help="The open socket to listen on, as a number.")
@click.option("--stop-with-parent", is_flag=True, help="Stop when standard input closes.")
def exporter(config: Path, listener: int, *, stop_with_parent: bool) -> None:
    """Tell the figures to whoever asks on a socket that was opened before."""
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    server = _Server(socket.socket(fileno=listener), _Figures(config, settings, open_stores(settings)).read)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stop(server))
    # A terminal tells the parent too, which sees to it.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if stop_with_parent:
        when_parent_ends(server.shutdown)
    server.serve_forever()


def open_listener(settings: Settings) -> socket.socket | None:
    """The socket for the figures, so that a port that is taken is told before anything starts."""
    bind = settings.broker.metrics.bind
    if bind is None:
        return None
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family)
    except OSError as error:
        raise ConfigurationError(
            (f"broker.toml: metrics.bind: {bind} cannot be listened on ({error.strerror})",)
        ) from None


class _Figures:
    """What is read, from the settings that are published at the moment of reading."""

    def __init__(self, config: Path, settings: Settings, stores: Stores) -> None:
        self._config, self._settings, self._stores = config, settings, stores
        self._generations = generations_of(stores)
        self._seen = self._generations.current()
        self._reading = threading.Lock()
        self._read = self._of(settings)

    def read(self) -> bytes:
        """All figures."""
        with self._reading:
            self._follow()
            return self._read()

    def _follow(self) -> None:
        try:
            current = self._generations.current()
            if current in {0, self._seen}:
                return
            self._seen = current
            self._settings = next_settings(self._config, self._settings.broker)
        except StorageUnavailable:
            # The figures themselves say so.
            return
        except ConfigurationError:
            # The server beside us meets the same fault and tells it; the figures stay those of before.
            return
        self._read = self._of(self._settings)

    def _of(self, settings: Settings) -> Callable[[], bytes]:
        return figures(settings, self._stores, Readiness(probes_of(settings, self._stores)))


class _Quiet(WSGIRequestHandler):
    timeout = _SILENCE_SECONDS

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """A read every few seconds is no news."""


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True

    def __init__(self, listener: socket.socket, read: Callable[[], bytes]) -> None:
        super().__init__(listener.getsockname()[:2], _Quiet, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.server_name, self.server_port = listener.getsockname()[:2]
        self.setup_environ()
        self.set_app(lambda environ, start: _answer(environ, start, read))


def _answer(environ: WSGIEnvironment, start: StartResponse, read: Callable[[], bytes]) -> Iterable[bytes]:
    if environ["PATH_INFO"] != _PATH or environ["REQUEST_METHOD"] != "GET":
        start("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"The figures are at /metrics.\n"]
    body = read()
    start("200 OK", [("Content-Type", CONTENT_TYPE)])
    return [body]


def _stop(server: _Server) -> None:
    # `shutdown` waits for the loop, which is in this very thread.
    threading.Thread(target=server.shutdown, daemon=True).start()
