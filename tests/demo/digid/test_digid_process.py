"""The DigiD simulator as a program: it starts, answers, prints metadata and stops when told."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
import requests
from lxml import etree

from demo.digid.sms import HttpSmsGateway, SmsNotSent
from tests.demo.digid.service_provider import only


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command(keys: Path, *arguments: str) -> list[str]:
    """The command line of the simulator."""
    return [sys.executable, "-m", "demo.digid", *arguments, "--state", str(keys)]


def test_metadata_command_prints_the_metadata(keys: Path) -> None:
    """The addresses follow the flags."""
    run = subprocess.run(
        command(keys, "metadata", "--base-url", "https://digid.example", "--back", "127.0.0.1:9999"),
        capture_output=True,
        check=True,
    )
    root = etree.fromstring(run.stdout)
    assert root.get("entityID") == "https://digid.example/saml/idp/metadata"
    location = only(root, ".//md:ArtifactResolutionService").get("Location")
    assert location == "https://127.0.0.1:9999/saml/idp/resolve_artifact"


def test_without_keys_it_says_what_to_do(tmp_path: Path) -> None:
    """No stack trace, but the command that makes the keys."""
    run = subprocess.run(command(tmp_path, "serve"), capture_output=True, check=False, text=True)
    assert run.returncode == 1
    assert "python -m demo.pki --state" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_answers_and_ends_cleanly_on_sigterm(keys: Path, tmp_path: Path) -> None:
    """Exit code 0, also while a client keeps its connection open."""
    state = shutil.copytree(keys, tmp_path / "state")
    front, back = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        command(state, "serve", "--front", front, "--back", back),
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process, requests.Session() as browser:
        assert process.stderr is not None
        assert front in process.stderr.readline()
        page = browser.get(f"http://{front}/faults", params={"geheim": "ja"}, timeout=5)
        assert page.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=5) == 0
        log = process.stderr.read()
    assert "GET /faults 200" in log
    assert "geheim" not in log


class _Gateway(BaseHTTPRequestHandler):
    """Answers with the status in the server's attribute."""

    def do_POST(self) -> None:
        """Keeps the body and answers."""
        self.server.body = self.rfile.read(int(self.headers["Content-Length"]))  # type: ignore[attr-defined]  # the test's own
        self.send_response(self.server.status)  # type: ignore[attr-defined]  # the test's own
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base's own name
        """Says nothing."""


@pytest.mark.parametrize(("status", "taken"), [(202, True), (503, False)])
def test_sms_gateway_must_accept_the_message(status: int, taken: bool) -> None:
    """202 is taken; anything else, like no gateway at all, is told to the login page."""
    server = HTTPServer(("127.0.0.1", 0), _Gateway)
    server.status = status  # type: ignore[attr-defined]  # the test's own
    thread = Thread(target=server.handle_request)
    thread.start()
    gateway = HttpSmsGateway(f"http://127.0.0.1:{server.server_port}")
    if taken:
        gateway.send("+31611111111", "Uw sms-code is 123456.")
    else:
        with pytest.raises(SmsNotSent):
            gateway.send("+31611111111", "Uw sms-code is 123456.")
    thread.join(5)
    server.server_close()
    assert b'"to": "+31611111111"' in server.body  # type: ignore[attr-defined]  # the test's own
    with pytest.raises(SmsNotSent):
        gateway.send("+31611111111", "niemand luistert")
