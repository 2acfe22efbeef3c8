"""A configuration that is published reaches every process of a real server, and costs nobody a request."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from broker.cli.following import generations_of
from tests.support.servers import running_redis
from tests.support.system import Plan
from tests.support.watched_broker import WatchedBroker, get, watched_broker

pytestmark = [pytest.mark.flow, pytest.mark.slow]

# By design it takes at most five seconds; a machine on which many tests run at once may take longer.
_PATIENCE_SECONDS = 120
_IN_A_ROW = 20


@pytest.fixture(scope="module")
def broker(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[WatchedBroker]:
    """A server with two processes, its worker and its figures; it has told that all of it follows."""
    folder = tmp_path_factory.mktemp("reload")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with (
        running_redis("--appendonly", "no") as redis,
        watched_broker(folder, Plan(demo_pki, redis.url, f"sqlite:///{file}")) as running,
    ):
        generations = generations_of(running.system.stores)
        wait_for(lambda: len(generations.followers()) == 2, running)
        yield running


def config_of(broker: WatchedBroker) -> Path:
    """The directory that it reads."""
    return broker.system.settings.directory


def run(broker: WatchedBroker, *words: str) -> subprocess.CompletedProcess[str]:
    """A command of an operator on the machine of the server."""
    program = [sys.executable, "-m", "broker.cli", *words, "--config", str(config_of(broker))]
    environment = dict(os.environ) | broker.environment
    return subprocess.run(program, capture_output=True, text=True, check=False, env=environment)


def reloaded(broker: WatchedBroker) -> subprocess.CompletedProcess[str]:
    """`broker reload`, which waits until everybody has answered."""
    return run(broker, "reload", "--wait-seconds", str(_PATIENCE_SECONDS))


def login_page(broker: WatchedBroker, client: str, portal: str) -> int:
    """What becomes of somebody whom this portal sends to log in: 303 to the login page, else a refusal."""
    asked = (
        f"/oauth2/authorize?client_id={client}&redirect_uri={portal}&response_type=code&scope=openid"
        "&state=s&nonce=n&code_challenge_method=S256&code_challenge=" + "a" * 43
    )
    return get(broker.port, asked, Host=f"localhost:{broker.port}")[0]


def wait_for(what: Callable[[], bool], broker: WatchedBroker) -> None:
    """Return once it is so."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, broker.log()[-5000:]
        time.sleep(0.05)


@contextmanager
def visitors(broker: WatchedBroker) -> Iterator[list[object]]:
    """People come in all the time, each by a connection of their own; what became of them is collected."""
    answers: list[object] = []
    over = threading.Event()

    def come() -> None:
        while not over.is_set():
            try:
                answers.append(get(broker.port, "/health/live", Host=f"localhost:{broker.port}")[0])
            except (OSError, http.client.HTTPException) as error:
                answers.append(error)

    threads = [threading.Thread(target=come) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        over.set()
        for thread in threads:
            thread.join()


def test_portal_that_is_dropped_in_is_served_and_nobody_was_refused(broker: WatchedBroker) -> None:
    """By every process, after one command; a login that was under way goes on."""
    system = broker.system
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    address = "https://nieuw.example/callback"
    assert login_page(broker, "nieuw", address) == 400
    told = run(broker, "portal", "new", "nieuw", "--brand", "cz", "--url", "https://nieuw.example/")
    assert told.returncode == 0, told.stderr
    assert login_page(broker, "nieuw", address) == 400
    story = system.story()
    with visitors(broker) as answers:
        told = reloaded(broker)
        assert told.returncode == 0, (told, broker.log()[-5000:])
        seen: list[int] = []

        def new_everywhere() -> bool:
            seen.append(login_page(broker, "nieuw", address))
            return seen[-_IN_A_ROW:] == [303] * _IN_A_ROW

        wait_for(new_everywhere, broker)
    assert set(answers) == {200}
    assert told.stdout.splitlines()[0].startswith("The configuration is sound, and published as generation")
    assert all(line.endswith("works with it.") for line in told.stdout.splitlines()[1:])
    assert story.kinds()[0] == "configuration.published"
    browser.press("Inloggen met DigiD")
    assert portal.tokens(system.pass_digid(browser), attempt).access_token


def test_faulty_file_changes_nothing_whoever_asks(broker: WatchedBroker) -> None:
    """The command tells every fault and fails; SIGHUP tells them in the log; the server serves on."""
    generations = generations_of(broker.system.stores)
    before = generations.current()
    file = config_of(broker) / "portals/mijn-cz.toml"
    sound = file.read_text(encoding="utf-8")
    story = broker.system.story()
    try:
        file.write_text(f"tehme = 1\n{sound}".replace("client_id", "client_di"), encoding="utf-8")
        told = reloaded(broker)
        assert told.returncode == 1
        assert "portals/mijn-cz.toml: tehme: unknown key" in told.stderr
        assert "portals/mijn-cz.toml: client.client_id: is missing" in told.stderr
        os.kill(broker.process_id, signal.SIGHUP)
        wait_for(lambda: "tehme: unknown key" in broker.log(), broker)
    finally:
        file.write_text(sound, encoding="utf-8")
    assert generations.current() == before
    assert story.kinds() == []
    assert login_page(broker, "mijn-cz", "http://127.0.0.1:8401/callback") == 303


def test_server_whose_own_files_are_faulty_stays_as_it_is_until_they_are_mended(
    broker: WatchedBroker,
) -> None:
    """As on a replica that has other files than the machine where the operator asked."""
    generations = generations_of(broker.system.stores)
    file = config_of(broker) / "broker.toml"
    sound = file.read_text(encoding="utf-8")
    # Sound in itself, and nothing that can change while a server runs.
    file.write_text(f"{sound}\n[metrics]\non_main_port = true\n", encoding="utf-8")
    try:
        generation = generations.current() + 1
        generations.publish(generation)
        wait_for(lambda: [one.refused for one in generations.followers()] == [generation] * 2, broker)
        assert broker.log().count('"broker.toml: metrics: changes at a start') == 2
        told = run(broker, "doctor")
        assert f"still works with generation {generation - 1}, and {generation} is published" in told.stdout
        assert login_page(broker, "mijn-cz", "http://127.0.0.1:8401/callback") == 303
    finally:
        file.write_text(sound, encoding="utf-8")
    os.kill(broker.process_id, signal.SIGHUP)
    wait_for(lambda: [one.works_with for one in generations.followers()] == [generation + 1] * 2, broker)
    assert get(broker.metrics_port, "/metrics")[0] == 200
