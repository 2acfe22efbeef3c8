"""Figures of a real server with two processes: added up, about nobody, and gone with the server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.servers import running_redis
from tests.support.system import Plan, digid_of, prepared_system
from tests.support.system_fixtures import SystemMaker
from tests.support.watched_broker import WatchedBroker, get, watched_broker

pytestmark = pytest.mark.flow

LOGINS = 6


@pytest.fixture(scope="module")
def broker(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[WatchedBroker]:
    """A server on which some people logged in and one turned back."""
    folder = tmp_path_factory.mktemp("metrics")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with (
        running_redis("--appendonly", "no") as redis,
        watched_broker(folder, Plan(demo_pki, redis.url, f"sqlite:///{file}")) as running,
    ):
        for _ in range(LOGINS):
            running.system.enter(running.system.browser())
        browser = running.system.browser()
        browser.open(running.system.portal().begin().url)
        browser.press("Inloggen met DigiD")
        browser.press("Annuleren")
        yield running


def figure(text: str, name: str, **labels: str) -> float:
    """The value of one series."""
    for line in text.splitlines():
        match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
        if match and match[1] == name:
            found = dict(re.findall(r'(\w+)="([^"]*)"', match[2] or ""))
            if labels.items() <= found.items():
                return float(match[3])
    raise AssertionError(f"no {name} {labels} in:\n{text}")


def test_figures_of_all_processes_are_added_up(broker: WatchedBroker) -> None:
    """Whichever process answered: every login counts once."""
    text = broker.figures()
    granted = {"brand": "cz", "provider": "digid", "outcome": "granted", "level": "midden"}
    assert figure(text, "voordeur_logins_total", **granted) == LOGINS
    assert figure(text, "voordeur_logins_total", outcome="cancelled", provider="digid") == 1
    assert figure(text, "voordeur_security_events_total", kind="tokens.issued") == LOGINS
    acs = {"route": "/saml/<brand>/<any(digid, eherkenning):scheme>/acs", "method": "GET", "status": "3xx"}
    assert figure(text, "voordeur_request_seconds_count", **acs) == LOGINS + 1
    calls = {"brand": "cz", "provider": "digid", "outcome": "answered"}
    assert figure(text, "voordeur_back_channel_seconds_count", **calls) == LOGINS + 1
    assert figure(text, "voordeur_requests_in_progress") == 0
    assert figure(text, "voordeur_audit_failures_total") == 0


def test_figures_that_are_looked_up_are_there(broker: WatchedBroker) -> None:
    """Dependencies, certificates and queues are looked up at the moment of reading."""
    text = broker.figures()
    for dependency in ("database", "redis", "schema", "signing-keys"):
        assert figure(text, "voordeur_dependency_up", dependency=dependency) == 1
    for use in ("saml-signing", "tls-client", "idp-signing", "tls-roots"):
        assert figure(text, "voordeur_certificate_days_left", use=use) > 0
    for queue in ("messages", "messages-dead", "logout-notices", "logout-notices-dead"):
        assert figure(text, "voordeur_queue_depth", queue=queue) == 0
    assert figure(text, "voordeur_build_info") == 1


def test_figures_stay_bounded_and_tell_of_nobody(broker: WatchedBroker) -> None:
    """Made-up paths, methods and names bring no new series, and no number of a person gets in (A65)."""
    bsn = digid_of("sanne").bsn
    get(broker.port, f"/{bsn}", Host=f"localhost:{broker.port}")
    before = set(re.findall(r"^(\w+\{.*\}) ", broker.figures(), re.MULTILINE))
    for number in range(30):
        path = f"/nowhere-{number}/login/{bsn}?bsn={bsn}"
        get(broker.port, path, Host=f"localhost:{broker.port}", **{"User-Agent": bsn})
        get(broker.port, f"/saml/brand-{number}/digid/acs?SAMLart={bsn}", Host=f"localhost:{broker.port}")
    text = broker.figures()
    new = set(re.findall(r"^(\w+\{.*\}) ", text, re.MULTILINE)) - before
    assert len(new) < 60, new
    assert not any("brand-" in series or "nowhere" in series for series in new)
    assert bsn not in text


def test_figures_are_not_on_the_main_port(broker: WatchedBroker) -> None:
    """Unless the configuration asks for it, the public port tells nothing."""
    assert get(broker.port, "/metrics", Host=f"localhost:{broker.port}")[0] == 404
    assert get(broker.metrics_port, "/")[0] == 404


def test_figures_stand_beside_the_pages_when_asked_for(plan: Plan, make_system: SystemMaker) -> None:
    """For who has one port only; a probe may call by address, as with health."""
    with make_system(
        replace(plan, replaced={"[clock]": "[metrics]\non_main_port = true\n\n[clock]"})
    ) as system:
        answer = system.broker_answer("http://10.0.0.1/metrics")
        assert answer.status_code == 200
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        assert 'voordeur_dependency_up{dependency="redis"} 1.0' in answer.get_data(as_text=True)


def test_port_for_the_figures_that_is_taken_is_told_before_anything_starts(
    plan: Plan, tmp_path: Path
) -> None:
    """One sentence with the key, and no server."""
    with prepared_system(tmp_path, plan, _nobody), socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        told = subprocess.run(
            [
                sys.executable,
                "-m",
                "broker.cli",
                "serve",
                "--config",
                str(tmp_path / "config"),
                "--no-worker",
            ],
            env=dict(os.environ) | plan.environment | {"BROKER_METRICS__BIND": bind},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert told.returncode == 1
    assert f"broker.toml: metrics.bind: {bind} cannot be listened on" in told.stderr


def test_server_leaves_nothing_of_its_figures(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The directory in which its processes counted is gone when it is, and so is the port."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with watched_broker(tmp_path, plan) as running:
        assert list(folder.glob("voordeur-metrics-*/*.db"))
        port = running.metrics_port
    # The places where passwords are hashed belong to all servers of a machine, and stay.
    assert list(folder.glob("voordeur-metrics-*")) == []
    with pytest.raises(ConnectionRefusedError):
        get(port, "/metrics")


def _nobody(*_: object) -> list[bytes]:
    raise AssertionError("no page is asked for")
