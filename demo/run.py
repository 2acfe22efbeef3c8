"""``python -m demo.run``: everything of the demo in the foreground, until Ctrl-C leaves nothing running."""

from __future__ import annotations

import os
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

from demo.announcement import announce
from demo.import_file import import_lines
from demo.mailed_codes import wait_for_mails
from demo.parent import Parent
from demo.plan import OUTBOX_URL, PORTS, Plan
from demo.ports import taken
from demo.redis_server import RedisServer, RedisUnavailable, start_redis
from demo.supervisor import DemoFailed, Supervisor

MARKER = ".voordeur-demo"
WATCH_SECONDS = 0.5
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_WIDTH_WITHOUT_TERMINAL = 150


class DemoEnded(DemoFailed):
    """The demo ran, and something of it ended by itself."""


class Stopped(BaseException):
    """Ctrl-C, SIGTERM or a closed terminal: end the demo in good order."""


@click.command()
@click.option("--reset", is_flag=True, help="Wipe the demo's state first: accounts, keys, sessions.")
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--config", type=click.Path(path_type=Path), default=Path("config"), show_default=True)
@click.option("--end-with-parent", is_flag=True, help="End when the program that started this one is to end.")
def main(*, reset: bool, state: Path, config: Path, end_with_parent: bool) -> None:
    """Run the whole demo until Ctrl-C."""
    console = Console(width=None if sys.stdout.isatty() else _WIDTH_WITHOUT_TERMINAL)
    heed_endings(of_parent=end_with_parent)
    try:
        check_ports()
        prepare_state(state, reset=reset)
        run(Plan(state, config), console)
    except (DemoFailed, RedisUnavailable) as fault:
        has_run = isinstance(fault, DemoEnded)
        title = "De demo stopt / The demo stops" if has_run else "Niet gestart / Not started"
        console.print(f"[bold red]{title}[/]")
        console.print(str(fault), markup=False, highlight=False, soft_wrap=True)
        sys.exit(1)
    except Stopped:
        console.print("Gestopt / Stopped")


def run(plan: Plan, console: Console) -> None:
    """Start everything, say so, and watch until a signal or a failure."""
    redis = start_redis(plan.state)
    plan.write_settings(redis.url)
    supervisor = Supervisor(plan.state / "log", plan.environment(redis.url))
    try:
        start_all(plan, supervisor, redis, console)
        announce(console, plan)
        watch(supervisor)
    finally:
        _heed_no_more()
        supervisor.stop()
        redis.stop()


def start_all(plan: Plan, supervisor: Supervisor, redis: RedisServer, console: Console) -> None:
    """In the order of what needs what; side by side where nothing does."""
    console.print("Sleutels en metadata … / Keys and metadata …")
    supervisor.start(plan.outbox())
    supervisor.run(plan.make_keys())
    supervisor.run(*plan.simulator_metadata())
    redis.wait_until_ready()
    supervisor.run(*plan.broker_preparation())
    console.print("Mensen en hun werk … / People and their work …")
    with account_file(plan.state) as file:
        supervisor.run(plan.import_accounts(file))
    console.print("Broker, simulatoren en portalen … / Broker, simulators and portals …")
    supervisor.start(*plan.others())
    supervisor.run(*plan.binding_codes())
    supervisor.wait_until_ready()
    wait_for_mails(OUTBOX_URL, supervisor.check)


def watch(supervisor: Supervisor) -> None:
    """Wait for a signal; `DemoEnded` when a service ends by itself."""
    never = threading.Event()
    while True:
        try:
            supervisor.check()
        except DemoFailed as fault:
            raise DemoEnded(*fault.args) from fault
        never.wait(WATCH_SECONDS)


def check_ports() -> None:
    """`DemoFailed` naming every port that is taken and what wanted it."""
    lines = [f"Port {port.number} is taken; {port.wanted_by} needs it." for port in taken(PORTS)]
    if lines:
        advice = "Perhaps a demo runs already. End the program that listens there, then try again."
        raise DemoFailed("\n".join([*lines, advice]))


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


def heed_endings(*, of_parent: bool) -> None:
    """Raise `Stopped` when this process is told to end; `of_parent`: also when its parent is."""
    for number in _ENDINGS:
        signal.signal(number, _on_signal)
    if not of_parent:
        return
    parent = Parent()

    def look(number: int, frame: FrameType | None) -> None:
        if parent.is_ending():
            _on_signal(number, frame)

    # By a signal, since children may be started from the main thread alone, while no other thread runs.
    signal.signal(signal.SIGALRM, look)
    signal.setitimer(signal.ITIMER_REAL, WATCH_SECONDS, WATCH_SECONDS)


def _on_signal(_number: int, _frame: FrameType | None) -> None:
    _heed_no_more()
    raise Stopped


def _heed_no_more() -> None:
    """A second Ctrl-C, or a parent that hands its signal on, must not leave half of the children behind."""
    for number in (*_ENDINGS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    main()
