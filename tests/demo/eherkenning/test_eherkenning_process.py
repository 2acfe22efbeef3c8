"""The eHerkenning simulator as a program: it starts, answers, prints metadata and stops when told."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import requests
from lxml import etree

from tests.demo.eherkenning.dienstverlener import only, xpath
from tests.demo.eherkenning.opinions import signed_part


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def command(state: Path, *arguments: str) -> list[str]:
    """The command line of the simulator."""
    return [sys.executable, "-m", "demo.eherkenning", *arguments, "--state", str(state)]


def test_metadata_command_prints_signed_metadata(eherkenning_keys: Path) -> None:
    """One EntityDescriptor of the makelaar; its signature holds the certificate and no name."""
    run = subprocess.run(
        command(eherkenning_keys, "metadata", "--base-url", "https://hm.example", "--back", "127.0.0.1:9999"),
        capture_output=True,
        check=True,
    )
    root = etree.fromstring(run.stdout)
    assert str(root.get("entityID")).startswith("urn:etoegang:HM:")
    assert (
        only(root, ".//md:ArtifactResolutionService").get("Location") == "https://127.0.0.1:9999/broker/ars"
    )
    places = {one.get("Location") for one in xpath(root, ".//md:SingleSignOnService")}
    assert places == {"https://hm.example/broker/sso"}
    assert only(root, "md:IDPSSODescriptor").get("WantAuthnRequestsSigned") == "true"
    assert [etree.QName(one).localname for one in only(root, "ds:Signature/ds:KeyInfo")] == ["X509Data"]
    signed = signed_part(root, eherkenning_keys / "pki/eherkenning-signing.pem")
    assert signed.get("ID") == root.get("ID")


def test_without_keys_it_says_what_to_do(tmp_path: Path) -> None:
    """No stack trace, but the command that makes the keys."""
    run = subprocess.run(command(tmp_path, "serve"), capture_output=True, check=False, text=True)
    assert run.returncode == 1
    assert "python -m demo.pki --state" in run.stderr
    assert "Traceback" not in run.stderr


def test_serve_answers_and_ends_cleanly_on_sigterm(eherkenning_keys: Path, tmp_path: Path) -> None:
    """Exit code 0, also while a client keeps its connection open; the log names no query."""
    state = shutil.copytree(eherkenning_keys, tmp_path / "state")
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
        page = browser.get(f"http://{front}/faults", params={"geheim": "ja"}, timeout=30)
        assert page.status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
        log = process.stderr.read()
    assert "GET /faults 200" in log
    assert "geheim" not in log
