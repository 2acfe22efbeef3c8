"""The demo's start and end: ports named, steps in order, children watched, nothing left running."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner
from rich.console import Console

from demo import mailed_codes
from demo import run as demo_run
from demo.announcement import announce
from demo.clock import DemoClock
from demo.import_file import account_lines, business_account_lines
from demo.outbox.app import create_app
from demo.outbox.digid_app import DigidApp
from demo.outbox.messages import Channel, Delivery, MessageStore
from demo.people import PEOPLE
from demo.plan import PORTS, Plan
from demo.portals.definitions import PORTALS
from demo.ports import Port, taken
from demo.run import MARKER, DemoEnded, account_file, prepare_state, watch
from demo.serving import listen
from demo.supervisor import DemoFailed, Service, Step, Supervisor
from tests.demo.standins import free_port, has_ended, web_service

PYTHON = sys.executable
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    """A supervisor that leaves nothing behind."""
    made = Supervisor(tmp_path / "log", os.environ, grace_seconds=1)
    yield made
    made.stop()


def _child_of(supervisor: Supervisor, name: str) -> int:
    log = (supervisor.log_dir / f"{name}.log").read_text(encoding="utf-8")
    return int(log.partition("child ")[2].split()[0])


def test_ports_that_are_taken_are_named_with_what_wanted_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says which port and for what, before anything is started or wiped."""
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        number = stranger.getsockname()[1]
        monkeypatch.setattr(
            demo_run, "PORTS", (Port(number, "the portal Mijn CZ"), Port(free_port(), "else"))
        )
        answer = CliRunner().invoke(demo_run.main, ["--state", "nowhere"])
    assert answer.exit_code == 1
    assert f"Port {number} is taken; the portal Mijn CZ needs it." in answer.output
    assert "else" not in answer.output
    assert "Niet gestart / Not started" in answer.output
    assert "stopt" not in answer.output
    assert not Path("nowhere").exists()


def test_ports_reached_as_localhost_are_looked_at_in_both_families() -> None:
    """A stranger on ::1 would get the browser's request for http://localhost."""
    with socket.socket(socket.AF_INET6) as stranger:
        try:
            stranger.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no ::1")
        stranger.listen()
        number = stranger.getsockname()[1]
        assert taken([Port(number, "broker")]) == []
        assert taken([Port(number, "broker", both_families=True)]) != []


def test_ports_of_the_demo_are_those_of_the_interface() -> None:
    """Exactly the ports that this version of the demo uses."""
    assert [port.number for port in PORTS] == [
        8000,
        8100,
        8101,
        8200,
        8201,
        8300,
        8325,
        8401,
        8402,
        8403,
        8404,
        8405,
    ]


def test_supervisor_ends_services_and_what_they_started(supervisor: Supervisor) -> None:
    """Also a service that ignores SIGTERM, and a service's own children, are gone after `stop`."""
    supervisor.start(web_service("polite"), web_service("stubborn", "stubborn"))
    supervisor.wait_until_ready()
    grandchildren = [_child_of(supervisor, name) for name in ("polite", "stubborn")]
    supervisor.stop()
    assert all(has_ended(process_id) for process_id in grandchildren)


def test_supervisor_tells_which_service_ended_with_its_last_words(supervisor: Supervisor) -> None:
    """The end of the log is in the message, so that nobody has to look for it."""
    service = web_service("portal")
    supervisor.start(service)
    supervisor.wait_until_ready()
    with contextlib.suppress(requests.RequestException), requests.Session() as session:
        session.get(f"{service.ready_url}die", timeout=5)
    process = supervisor._running[0][1]
    process.wait(10)
    with pytest.raises(DemoFailed, match=r"portal ended \(exit status 7\)(.|\n)*my last words"):
        supervisor.check()
    with pytest.raises(DemoEnded, match="my last words"):
        watch(supervisor)


def test_supervisor_does_not_wait_for_a_service_that_ended(supervisor: Supervisor) -> None:
    """A service that cannot start is told at once."""
    argv = (PYTHON, "-c", "raise SystemExit('no such database')")
    supervisor.start(Service("broker", argv, f"http://127.0.0.1:{free_port()}/"))
    with pytest.raises(DemoFailed, match="no such database"):
        supervisor.wait_until_ready()


def test_supervisor_says_what_is_missing_when_a_program_does_not_exist(supervisor: Supervisor) -> None:
    """A missing program is an installation that is not complete."""
    with pytest.raises(DemoFailed, match="make demo"):
        supervisor.run(Step("broker database", ("/nowhere/broker", "db", "upgrade")))


def test_step_output_is_written_only_when_the_step_succeeded(supervisor: Supervisor, tmp_path: Path) -> None:
    """A step that fails half-way leaves the file of before; what it says on stderr is in the message."""
    output = tmp_path / "sp" / "cz.xml"
    supervisor.run(Step("good", (PYTHON, "-c", "import sys; print('<a/>'); sys.stderr.write('w')"), output))
    assert output.read_text(encoding="utf-8") == "<a/>\n"
    code = "import sys; print('half'); sys.exit('configuration fault')"
    with pytest.raises(DemoFailed, match="configuration fault"):
        supervisor.run(Step("bad", (PYTHON, "-c", code), output))
    assert output.read_text(encoding="utf-8") == "<a/>\n"


_PARENT = """
import os, sys, threading
from pathlib import Path
from demo.supervisor import Supervisor
from tests.demo.standins import web_service
supervisor = Supervisor(Path(sys.argv[1]), os.environ)
supervisor.start(web_service("service"))
supervisor.wait_until_ready()
print(supervisor._running[0][1].pid, flush=True)
threading.Event().wait()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_end_when_the_demo_itself_is_killed(tmp_path: Path) -> None:
    """Even SIGKILL of the demo leaves no service behind."""
    command = [PYTHON, "-c", _PARENT, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        service = int(parent.stdout.readline())
        parent.send_signal(signal.SIGKILL)
        parent.wait(10)
        assert has_ended(service)


def test_accounts_are_handed_over_in_a_private_file_that_goes_away(tmp_path: Path) -> None:
    """It holds numbers of persons, so only its owner reads it and it does not outlive the import."""
    with account_file(tmp_path) as file:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert not file.exists()
    assert lines[0] == {
        "kind": "consumer_account",
        "brand": "cz",
        "bsn": "939099603",
        "name": "Sanne de Vries",
        "email": "sanne.devries@post.example",
    }


def test_accounts_are_those_of_the_people_who_have_one() -> None:
    """Who has no account gets none by the back door."""
    lines = [json.loads(line) for line in account_lines().splitlines()]
    handed = {(line["kind"], line["brand"], line["name"], line["email"]) for line in lines}
    assert handed == {
        (f"{account.kind.value}_account", account.brand, person.name, account.email)
        for person in PEOPLE
        for account in person.accounts
    }
    assert len(lines) == len(handed)


def test_business_accounts_bring_what_their_owners_log_in_with() -> None:
    """Password and second factor where there is one; who was invited brings neither."""
    lines = {line["name"]: line for line in map(json.loads, business_account_lines().splitlines())}
    assert {"password", "totp_secret"} < lines["Marieke Jansen"].keys()
    assert {"password", "phone"} < lines["Bram Peeters"].keys()
    assert lines["Ingrid Postma"].keys() == {"kind", "brand", "name", "email"}


def test_announcement_lists_every_portal_and_everybody() -> None:
    """Whoever starts the demo sees where to go and how to log in."""
    console = Console(width=200, record=True, file=io.StringIO())
    announce(console, Plan(Path("state"), Path("config")))
    told = console.export_text()
    for portal in PORTALS:
        assert f"Portaal / Portal {portal.name}" in told
        assert portal.base_url in told
    for person in PEOPLE:
        assert person.name in told
        for account in person.accounts:
            assert account.password is None or account.password in told


@pytest.mark.parametrize("width", [40, 80, 100, 120, 150, 200])
def test_announcement_cuts_nothing_off_in_any_terminal(width: int) -> None:
    """People are listed whole, or it is said where they are."""
    console = Console(width=width, record=True, file=io.StringIO())
    announce(console, Plan(Path("state"), Path("config")))
    told = console.export_text()
    assert "…" not in told
    assert all(portal.base_url in told and portal.name in told for portal in PORTALS)
    accounts = [(person, account) for person in PEOPLE for account in person.accounts]
    listed = [
        (person, account)
        for person, account in accounts
        if person.name in told and (account.password is None or account.password in told)
    ]
    assert listed == (accounts if width >= 150 else [])
    assert ("Everybody, with passwords: http://127.0.0.1:8300\n" in told) == (width < 150)


def test_codes_are_mailed_to_everybody_who_has_eherkenning_and_an_account() -> None:
    """By the command that operators use, once a person; the mail names a portal of that brand."""
    steps = Plan(Path("state"), Path("config")).binding_codes()
    told = [step.argv[step.argv.index("--brand") :] for step in steps]
    assert {words[:6] for words in told} == {
        ("--brand", "zz", "--email", account.email, "--portal", "mijnzz-zakelijk")
        for person in PEOPLE
        if person.eherkenning
        for account in person.accounts
    }
    assert {step.name for step in steps} >= {"broker code anouk", "broker code rik", "broker code laila"}
    assert len({step.name for step in steps}) == len(steps)


def test_demo_is_not_ready_before_the_codes_have_arrived(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A mail for somebody else does not do; who got none is named."""
    monkeypatch.setattr(mailed_codes, "ARRIVED_WITHIN_SECONDS", 0.0)
    store = MessageStore()
    clock = DemoClock.of_state(tmp_path)
    server = listen(create_app(store, DigidApp("http://127.0.0.1:1"), clock), "127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}"
        first, *others = [account.email for _, account in mailed_codes.mailed()]
        for email in others:
            store.deliver(Delivery(Channel.MAIL, email, "code"), clock())
        with pytest.raises(DemoFailed, match=re.escape(first)):
            mailed_codes.wait_for_mails(url, lambda: None)
        store.deliver(Delivery(Channel.MAIL, first, "code"), clock())
        mailed_codes.wait_for_mails(url, lambda: None)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_reset_wipes_only_what_the_demo_made(tmp_path: Path) -> None:
    """A folder that is not the demo's is left alone; the demo's own is made anew."""
    own, foreign = tmp_path / "own", tmp_path / "foreign"
    prepare_state(own, reset=False)
    (own / "voordeur.db").touch()
    prepare_state(own, reset=False)
    assert (own / "voordeur.db").exists()
    prepare_state(own, reset=True)
    assert [entry.name for entry in own.iterdir()] == [MARKER]
    (own / MARKER).unlink()
    (own / "pki").mkdir()
    (own / "pki" / "ca.pem").touch()
    prepare_state(own, reset=True)
    assert not (own / "pki").exists()
    foreign.mkdir()
    (foreign / "thesis.tex").touch()
    with pytest.raises(DemoFailed, match="not wiped"):
        prepare_state(foreign, reset=True)
    assert (foreign / "thesis.tex").exists()


def test_shell_that_reads_the_settings_has_what_the_broker_got(tmp_path: Path) -> None:
    """Also where a path has a blank; nothing else of the terminal's environment is in the file."""
    (folder := tmp_path / "my demo").mkdir()
    plan = Plan(folder, Path("config"))
    plan.write_settings("unix:///tmp/my demo/x.sock?db=0")
    command = ["/bin/sh", "-c", '. "$0" && env', str(plan.settings_file)]
    told = subprocess.run(command, env={}, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "BROKER_STORAGE__REDIS_URL=unix:///tmp/my demo/x.sock?db=0" in told
    assert f"BROKER_CLOCK__OFFSET_FILE={folder}/clock-offset" in told
    assert plan.settings_file.read_text(encoding="utf-8").count("export") == 2


def test_plan_gives_the_broker_its_redis_and_the_demo_clock(tmp_path: Path) -> None:
    """What differs from the sample configuration is told by the environment."""
    environment = Plan(tmp_path, Path("config")).environment("unix:///tmp/x.sock?db=0")
    assert environment["BROKER_STORAGE__REDIS_URL"] == "unix:///tmp/x.sock?db=0"
    assert environment["BROKER_CLOCK__OFFSET_FILE"] == str(tmp_path / "clock-offset")
