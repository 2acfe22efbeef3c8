"""`broker serve`: the production server, with a worker beside it unless that runs elsewhere."""

from __future__ import annotations

import gc
import os
import threading
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path

import click

from broker.cli.children import child
from broker.cli.exporter import open_listener
from broker.cli.following import LOOK_SECONDS, Following, begin_reload, generations_of
from broker.cli.options import CONFIG_VARIABLE, config_option, read_settings
from broker.cli.swapping_server import Swap, SwappingServer
from broker.errors import ConfigurationError
from broker.log import configure_logging
from broker.metrics.directory import shared_figures
from broker.settings import BrokerFile, Settings
from broker.storage.configuration_generations import ConfigurationGenerations
from broker.wiring.clients import clients_of
from broker.wiring.mail import mail_faults
from broker.wiring.sms import sms_faults
from broker.wiring.stores import open_stores
from broker.wiring.upstream import upstream_connections

# Threads because a worker waits for DigiD on the back channel; few, because each costs.
_THREADS_PER_WORKER = 4


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
    """Serve until told to stop. SIGHUP does what `broker reload` does."""
    settings = read_settings(config)
    configure_logging(settings.broker.log.level)
    following = Following(_require_soundness(settings), "serve")
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
        beside.callback(following.end)
        _serve(settings.broker, following, address=host.strip("[]"), port=int(port), workers=workers)


def _require_soundness(settings: Settings) -> ConfigurationGenerations:
    # Told once here, instead of by each worker; a function, so that little of it stays: Redis, where another
    # configuration is heard of.
    faults: list[str] = []
    clients_of(settings, faults)
    upstream_connections(settings, faults)
    faults.extend(mail_faults(settings))
    faults.extend(sms_faults(settings))
    if faults:
        raise ConfigurationError(tuple(faults))
    stores = open_stores(settings)
    stores.database.close()
    return generations_of(stores)


def _serve(before: BrokerFile, following: Following, *, address: str, port: int, workers: int) -> None:
    # A worker is a fork. What is imported before it is in memory once for all workers, as long as the
    # collector does not write to it.
    wsgi = import_module("broker.wsgi")
    gc.collect()
    gc.freeze()
    hung_up = threading.Event()
    server = SwappingServer(
        wsgi.application,
        partial(wsgi.following_application, before),
        on_start=lambda: threading.Thread(
            target=_follow, args=(server, following, hung_up), daemon=True
        ).start(),
        on_hangup=hung_up.set,
        address=address,
        port=port,
        workers=workers,
        blocking_threads=_THREADS_PER_WORKER,
    )
    server.serve_until_stopped()


def _follow(server: SwappingServer, following: Following, hung_up: threading.Event) -> None:
    """Look for another configuration and have it taken over, for as long as this process lives."""
    while True:
        if hung_up.wait(LOOK_SECONDS):
            hung_up.clear()
            begin_reload(Path(os.environ[CONFIG_VARIABLE]))
        generation = following.news()
        if generation is None:
            continue
        swap = server.swap()
        if swap is Swap.DONE:
            following.took(generation)
        elif swap is Swap.REFUSED:
            following.refused(generation)
