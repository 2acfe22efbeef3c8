"""``python -m demo.run``: everything of the demo in the foreground, until Ctrl-C leaves nothing running."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import click
from rich.console import Console
from rich.table import Table

from demo.eherkenning.suppliers import SUPPLIERS
from demo.import_file import import_lines
from demo.mailed_codes import wait_for_mails
from demo.people import PEOPLE, AccountKind
from demo.plan import BROKER_URL, DIGID_URL, EHERKENNING_URL, OUTBOX_URL, PORTS, Plan
from demo.portals.definitions import PORTALS
from demo.ports import taken
from demo.redis_server import RedisServer, RedisUnavailable, start_redis
from demo.supervisor import DemoFailed, Supervisor

MARKER = ".voordeur-demo"
WATCH_SECONDS = 0.5
_WIDTH_WITHOUT_TERMINAL = 150


class _Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: end the demo in good order."""


@click.command()
@click.option("--reset", is_flag=True, help="Wipe the demo's state first: accounts, keys, sessions.")
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--config", type=click.Path(path_type=Path), default=Path("config"), show_default=True)
def main(*, reset: bool, state: Path, config: Path) -> None:
    """Run the whole demo until Ctrl-C."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _on_signal)
    try:
        check_ports()
        prepare_state(state, reset=reset)
        run(Plan(state, config), console)
    except (DemoFailed, RedisUnavailable) as fault:
        console.print("[bold red]De demo stopt / The demo stops[/]")
        console.print(str(fault), markup=False, highlight=False)
        sys.exit(1)
    except _Stopped:
        console.print("Gestopt / Stopped")


def run(plan: Plan, console: Console) -> None:
    """Start everything, say so, and watch until a signal or a failure."""
    redis = start_redis(plan.state)
    plan.write_settings(redis.url)
    supervisor = Supervisor(plan.state / "log", plan.environment(redis.url))
    try:
        start_all(plan, supervisor, redis)
        announce(console, plan)
        watch(supervisor)
    finally:
        # A second Ctrl-C must not leave half of the children behind.
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        redis.stop()


def start_all(plan: Plan, supervisor: Supervisor, redis: RedisServer) -> None:
    """In the order of what needs what; side by side where nothing does."""
    supervisor.start(plan.outbox())
    supervisor.run(plan.make_keys())
    supervisor.run(*plan.simulator_metadata())
    redis.wait_until_ready()
    supervisor.run(*plan.broker_preparation())
    with account_file(plan.state) as file:
        supervisor.run(plan.import_accounts(file))
    supervisor.start(*plan.others())
    supervisor.run(*plan.binding_codes())
    supervisor.wait_until_ready()
    wait_for_mails(OUTBOX_URL, supervisor.check)


def watch(supervisor: Supervisor) -> None:
    """Wait for a signal; `DemoFailed` when a service ends by itself."""
    never = threading.Event()
    while True:
        supervisor.check()
        never.wait(WATCH_SECONDS)


def check_ports() -> None:
    """`DemoFailed` naming every port that is taken and what wanted it."""
    lines = [f"Port {port.number} is taken; {port.wanted_by} needs it." for port in taken(PORTS)]
    if lines:
        raise DemoFailed("\n".join([*lines, "End the program that listens there, then try again."]))


def prepare_state(state: Path, *, reset: bool) -> None:
    """Make the state directory; on `reset` wipe it, but only a directory that is the demo's own."""
    if reset and state.exists():
        # Keys made by hand (python -m demo.pki) mark it as well as an earlier start does.
        own = (state / MARKER).exists() or (state / "pki" / "ca.pem").exists()
        if not own and any(state.iterdir()):
            raise DemoFailed(f"{state} was not made by the demo, so it is not wiped. Remove it by hand.")
        shutil.rmtree(state)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    (state / MARKER).touch()


@contextmanager
def account_file(state: Path) -> Iterator[Path]:
    """What is to be imported, in a file that only we can read and that is gone afterwards."""
    handle, name = tempfile.mkstemp(dir=state, prefix=".accounts-", suffix=".jsonl")
    path = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(import_lines())
        yield path
    finally:
        path.unlink(missing_ok=True)


def announce(console: Console, plan: Plan) -> None:
    """The addresses, the people, and how commands of operators find this demo."""
    addresses = Table(title="Adressen / Addresses", title_justify="left")
    addresses.add_column("Wat / What")
    addresses.add_column("Waar / Where")
    for portal in PORTALS:
        addresses.add_row(f"Portaal / Portal {portal.name}", portal.base_url)
    addresses.add_row("Broker", BROKER_URL)
    addresses.add_row("Berichten, telefoons, mensen / Messages, phones, people", OUTBOX_URL)
    addresses.add_row("DigiD (simulator)", DIGID_URL)
    addresses.add_row("eHerkenning (simulator)", EHERKENNING_URL)
    console.print(addresses)
    console.print(_people_with_digid())
    console.print(_people_with_eherkenning())
    console.print(_people_with_passwords())
    console.print("Beheer, in een andere terminal / Operate, in another terminal:")
    words = f"  . {shlex.quote(str(plan.settings_file.absolute()))} && {plan.operate('doctor')}"
    console.print(words, markup=False, highlight=False, soft_wrap=True)
    console.print("[bold green]Klaar / Ready[/] (Ctrl-C stopt / stops)")
    sys.stdout.flush()


def _people_with_digid() -> Table:
    table = Table(title="Mensen met DigiD / People with DigiD", title_justify="left")
    for heading in ("Naam / Name", "Voor / For", "DigiD", "Wachtwoord / Password", "PIN", "Telefoon / Phone"):
        table.add_column(heading, no_wrap=heading != "Naam / Name")
    for person in PEOPLE:
        if means := person.digid:
            journeys, phone = " ".join(person.journeys), f"{OUTBOX_URL}/phone/{person.id}"
            table.add_row(person.name, journeys, means.username, means.password, means.pin or "–", phone)
    return table


def _people_with_eherkenning() -> Table:
    table = Table(title="Mensen met eHerkenning / People with eHerkenning", title_justify="left")
    for heading in ("Naam / Name", "Voor / For", "Leverancier / Supplier", "Gebruikersnaam / User name"):
        table.add_column(heading, no_wrap=heading != "Naam / Name")
    for heading in ("Wachtwoord / Password", "Niveau / Level", "KvK"):
        table.add_column(heading, no_wrap=True)
    suppliers = {supplier.id: supplier.name for supplier in SUPPLIERS}
    for person in PEOPLE:
        if means := person.eherkenning:
            companies = " ".join(mandate.organisation.kvk for mandate in means.mandates)
            journeys, supplier = " ".join(person.journeys), suppliers[means.supplier]
            table.add_row(
                person.name, journeys, supplier, means.username, means.password, means.level, companies
            )
    return table


def _people_with_passwords() -> Table:
    table = Table(title="Mensen met een wachtwoord / People with a password", title_justify="left")
    for heading in ("Naam / Name", "Voor / For", "Merk / Brand", "E-mail", "Wachtwoord / Password", "Code"):
        table.add_column(heading, no_wrap=heading in {"E-mail", "Wachtwoord / Password"})
    for person in PEOPLE:
        for account in person.accounts:
            if account.kind is AccountKind.BUSINESS:
                password = account.password or "(uitgenodigd / invited)"
                code = "app" if account.totp_secret else account.phone or "–"
                journeys = " ".join(person.journeys)
                table.add_row(person.name, journeys, account.brand, account.email, password, code)
    return table


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    raise _Stopped


if __name__ == "__main__":
    main()
