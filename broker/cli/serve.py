"""`broker serve`: the production server, with a worker beside it unless that runs elsewhere."""

from __future__ import annotations

import gc
import os
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

import click
from granian.constants import Interfaces
from granian.server import Server

from broker.cli.children import child
from broker.cli.exporter import open_listener
from broker.cli.options import CONFIG_VARIABLE, config_option, read_settings
from broker.errors import ConfigurationError
from broker.log import configure_logging
from broker.metrics.directory import shared_figures
from broker.settings import Settings
from broker.wiring.clients import clients_of
from broker.wiring.mail import mail_faults
from broker.wiring.sms import sms_faults
from broker.wiring.stores import opened_stores
from broker.wiring.upstream import upstream_connections

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
    _require_soundness(settings)
    host, _, port = bind.rpartition(":")
    os.environ[CONFIG_VARIABLE] = str(config)
    with ExitStack() as beside:
        listener = open_listener(settings)
        if settings.broker.metrics.wanted:
            beside.enter_context(shared_figures())
        if listener is not None:
            number = listener.fileno()
            arguments = ("exporter", "--config", str(config), "--listener", str(number))
            beside.enter_context(child(arguments, hand_over=(number,)))
            listener.close()
        if not no_worker:
            beside.enter_context(child(("worker", "--config", str(config))))
        _serve(host.strip("[]"), int(port), workers)


def _require_soundness(settings: Settings) -> None:
    # Told once here, instead of by each worker; a function, so that nothing of it stays.
    faults: list[str] = []
    clients_of(settings, faults)
    upstream_connections(settings, faults)
    faults.extend(mail_faults(settings))
    faults.extend(sms_faults(settings))
    if faults:
        raise ConfigurationError(tuple(faults))
    with opened_stores(settings):
        pass


def _serve(host: str, port: int, workers: int) -> None:
    # A worker is a fork. What is imported before it is in memory once for all workers, as long as the
    # collector does not write to it.
    import_module("broker.wsgi")
    gc.collect()
    gc.freeze()
    Server(
        "broker.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=_THREADS_PER_WORKER,
        factory=True,
        log_access=False,
        workers_kill_timeout=_GRACE_SECONDS,
    ).serve()
