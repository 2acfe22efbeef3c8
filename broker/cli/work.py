"""`broker worker`: what has to be done without anybody asking."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import click

from broker.cli.children import when_parent_ends
from broker.cli.options import config_option, read_settings
from broker.log import configure_logging
from broker.wiring.figures import start_counting
from broker.wiring.stores import open_stores
from broker.worker import run_jobs


@click.command()
@config_option
@click.option("--stop-with-parent", is_flag=True, help="Stop when standard input closes.")
def worker(config: Path, *, stop_with_parent: bool) -> None:
    """Run the background jobs until told to stop; any number of workers may run at once."""
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    start_counting(settings)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if stop_with_parent:
        when_parent_ends(stop.set)
    run_jobs(settings, open_stores(settings), stop)
