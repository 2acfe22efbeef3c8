"""What the command lines of the simulators have in common: `serve` and `metadata`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from werkzeug.serving import BaseWSGIServer

from demo.idp.server import run_in_thread

LOOPBACK = "127.0.0.1"

HostPort = tuple[str, int]


def parser(prog: str, description: str, ports: tuple[int, int]) -> argparse.ArgumentParser:
    """The options of every simulator; `ports` are those of the pages and of the back channel."""
    options = argparse.ArgumentParser(prog=prog, description=description)
    options.add_argument("command", choices=("serve", "metadata"))
    options.add_argument("--state", type=Path, required=True, help="state directory of the demo: var/demo")
    options.add_argument("--front", type=_host_port, default=(LOOPBACK, ports[0]), metavar="HOST:PORT")
    options.add_argument("--back", type=_host_port, default=(LOOPBACK, ports[1]), metavar="HOST:PORT")
    options.add_argument("--base-url", help="address of the front as browsers see it (default: http://FRONT)")
    options.add_argument("--slow-seconds", type=float, default=30.0, help="how late the fault 'slow' answers")
    return options


def require_keys(state: Path, certificate: Path) -> None:
    """Ends the program with the command that makes the keys, when they are not there."""
    if not (state / certificate).exists():
        sys.exit(f"there are no keys yet: run python -m demo.pki --state {state}")


def serve_until_stopped(name: str, servers: Sequence[BaseWSGIServer], listening: str) -> None:
    """Serves until SIGTERM or Ctrl-C, with a log that names no secrets; `listening` says where."""
    logging.basicConfig(level=logging.INFO, format=f"%(asctime)s {name} %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for server in servers:
        run_in_thread(server)
    logging.getLogger(f"demo.{name}").info(listening)
    stop.wait()
    for server in servers:
        server.shutdown()


def joined(address: HostPort) -> str:
    """The address as it is written in a URL."""
    return f"{address[0]}:{address[1]}"


def _host_port(text: str) -> HostPort:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError("write HOST:PORT")
    return host, int(port)
