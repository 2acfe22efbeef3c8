"""The simulators of identity providers as programs: they start, answer, and stop when told."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.demo.standins import free_port

either = pytest.mark.parametrize("simulator", ["demo.digid", "demo.eherkenning"])
PATIENCE_SECONDS = 30


def command(simulator: str, state: Path, *arguments: str) -> list[str]:
    """The command line."""
    return [sys.executable, "-m", simulator, *arguments, "--state", str(state)]


@either
def test_without_keys_it_says_what_to_do(simulator: str, tmp_path: Path) -> None:
    """No stack trace, but the command that makes the keys."""
    run = subprocess.run(command(simulator, tmp_path, "serve"), capture_output=True, check=False, text=True)
    assert run.returncode == 1
    assert "python -m demo.pki --state" in run.stderr
    assert "Traceback" not in run.stderr


@either
def test_serve_answers_and_ends_cleanly_on_sigterm(simulator: str, demo_pki: Path, tmp_path: Path) -> None:
    """Exit code 0, also while a client keeps its connection open; the log names no query."""
    state = shutil.copytree(demo_pki, tmp_path / "state")
    front, back = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        command(simulator, state, "serve", "--front", front, "--back", back),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process, requests.Session() as browser:
        assert process.stderr is not None
        assert front in process.stderr.readline()
        page = browser.get(f"http://{front}/faults", params={"geheim": "ja"}, timeout=PATIENCE_SECONDS)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-cache, no-store"
        looks = browser.get(f"http://{front}/gedeeld/simulator.css", timeout=PATIENCE_SECONDS)
        assert (looks.status_code, "/gedeeld/simulator.css" in page.text) == (200, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE_SECONDS) == 0
        log = process.stderr.read()
    assert "GET /faults 200" in log
    assert "geheim" not in log
