"""The foreign programs, in environments of their own under var/interop (scripts/interop-prerequisites)."""

from __future__ import annotations

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.interop.portals import Portal

HERE = Path(__file__).parent
INSTALLED = HERE.parents[1] / "var/interop"
_PYTHON = INSTALLED / "venv/bin/python"
_NODE_MODULES = INSTALLED / "npm/node_modules"
_READY_WITHIN_SECONDS = 30


@contextmanager
def python_portal(portal: Portal, folder: Path, **changes: object) -> Iterator[None]:
    """The Python portal round the library of that name; `changes` replace what it is told."""
    program = [HERE / "python_portal.py", HERE / portal.name / "relying_party.py"]
    with _running([_PYTHON, "-P", *program, str(portal.port)], folder, portal, changes):
        yield


@contextmanager
def node_portal(portal: Portal, folder: Path, program: str, **changes: object) -> Iterator[None]:
    """A program of the folder of that name, copied to where Node finds the installed packages beside it."""
    place = folder / portal.name
    if not place.exists():
        shutil.copytree(HERE / portal.name, place)
        (place / "node_modules").symlink_to(_NODE_MODULES)
    with _running(["node", place / program, str(portal.port)], folder, portal, changes):
        yield


@contextmanager
def _running(
    words: Sequence[str | Path], folder: Path, portal: Portal, changes: Mapping[str, object]
) -> Iterator[None]:
    log = folder / f"{portal.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=output, stderr=output, cwd=folder)
    try:
        assert process.stdin is not None
        process.stdin.write(json.dumps({**portal.settings, **changes}).encode())
        process.stdin.close()
        wait_until_it_answers(portal.port, process, log)
        yield
    finally:
        process.terminate()
        process.wait(30)


def wait_until_it_answers(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return once the port speaks HTTP; fail with the program's own words when it ends or stays silent."""
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("GET", "/")
                connection.getresponse().read()
                return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"nobody answers on port {port}:\n{log.read_text(encoding='utf-8', errors='replace')}")
