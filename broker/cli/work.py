"""`broker worker`: what has to be done without anybody asking."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from broker.cli.options import config_option, read_settings
from broker.log import configure_logging
from broker.wiring.stores import open_stores
from broker.worker import run_jobs


@click.command()
@config_option
@click.option("--stop-with-parent", is_flag=True, help="Stop when standard input closes.")
def worker(config: Path, *, stop_with_parent: bool) -> None:
    """Run the background jobs until told to stop; any number of workers may run at once."""
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if stop_with_parent:
        threading.Thread(target=_stop_at_end_of_input, args=(stop,), daemon=True).start()
    run_jobs(open_stores(settings), stop)


def _stop_at_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()
