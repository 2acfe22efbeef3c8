"""Runs one server for as long as its standard input is open, then ends it and removes its folder.

The tests hold the other end of that pipe. When they end, in whatever way (a crash and a kill included),
the pipe closes, so no server outlives them. Run as a program; see `servers.py`.
"""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
from pathlib import Path

_PATIENCE_SECONDS = 10


def main() -> None:
    """Standard arguments: one JSON object with `folder`, `command`, `stop_signal` and `user` (or null)."""
    order = json.loads(sys.argv[1])
    folder = Path(order["folder"])
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            order["command"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            user=order["user"],
            group=order["user"],
            extra_groups=[] if order["user"] else None,
        )
    try:
        _wait_for_end_of_input(server)
    finally:
        _end(server, order["stop_signal"])
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for_end_of_input(server: subprocess.Popen[bytes]) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        while server.poll() is None:
            if selector.select(timeout=1) and not os.read(sys.stdin.fileno(), 1):
                return


def _end(server: subprocess.Popen[bytes], stop_signal: int) -> None:
    if server.poll() is not None:
        return
    server.send_signal(signal.Signals(stop_signal))
    try:
        server.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
