"""`broker serve`: the production server, with a worker beside it unless that runs elsewhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server import Server

from broker.cli.options import CONFIG_VARIABLE, config_option, read_settings
from broker.errors import ConfigurationError
from broker.log import configure_logging
from broker.wiring.clients import clients_of
from broker.wiring.digid import digid_connections
from broker.wiring.stores import open_stores

# Threads because a worker waits for DigiD on the back channel; few, because each costs.
_THREADS_PER_WORKER = 4
_GRACE_SECONDS = 10


@click.command()
@config_option
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    show_default="cores",
    help="Processes.",
)
@click.option("--no-worker", is_flag=True, help="Do not run `broker worker` as a child.")
def serve(config: Path, bind: str, workers: int, *, no_worker: bool) -> None:
    """Serve until told to stop."""
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    faults: list[str] = []
    clients_of(settings, faults)
    digid_connections(settings, faults)
    if faults:
        raise ConfigurationError(tuple(faults))
    # Opened and closed once before any worker starts, so that a fault is told once.
    stores = open_stores(settings)
    stores.database.close()
    stores.redis.close()
    host, _, port = bind.rpartition(":")
    os.environ[CONFIG_VARIABLE] = str(config)
    beside = None if no_worker else _start_worker(config)
    try:
        Server(
            "broker.wsgi:application",
            address=host.strip("[]"),
            port=int(port),
            interface=Interfaces.WSGI,
            workers=workers,
            blocking_threads=_THREADS_PER_WORKER,
            factory=True,
            log_access=False,
            workers_kill_timeout=_GRACE_SECONDS,
        ).serve()
    finally:
        if beside is not None:
            beside.terminate()
            beside.wait(_GRACE_SECONDS)


def _start_worker(config: Path) -> subprocess.Popen[bytes]:
    program = [sys.executable, "-m", "broker.cli", "worker", "--config", str(config), "--stop-with-parent"]
    return subprocess.Popen(program, stdin=subprocess.PIPE)
