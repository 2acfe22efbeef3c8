"""The DigiD simulator as a program: its metadata, and the gateway that it sends texts by."""

from __future__ import annotations

import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from lxml import etree

from demo.digid.sms import HttpSmsGateway, SmsNotSent
from tests.demo.digid.service_provider import only


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
