"""``python -m demo.outbox serve``: the mail listener and the web server in one process."""

from __future__ import annotations

from pathlib import Path

import click

from demo.clock import DemoClock
from demo.outbox.app import create_app
from demo.outbox.digid_app import DIGID_SIMULATOR_URL, DigidApp
from demo.outbox.mail import MailHandler, MailListener
from demo.outbox.messages import MessageStore
from demo.serving import Address, serve


@click.group()
def main() -> None:
    """Where everything the broker sends arrives."""


@main.command("serve")
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--bind", type=Address(), default="127.0.0.1:8300", show_default=True)
@click.option("--smtp", type=Address(), default="127.0.0.1:8325", show_default=True)
@click.option("--digid", "digid_url", default=DIGID_SIMULATOR_URL, show_default=True)
def serve_command(state: Path, bind: tuple[str, int], smtp: tuple[str, int], digid_url: str) -> None:
    """Serve until told to stop."""
    clock, store = DemoClock.of_state(state), MessageStore()
    mail = MailListener(MailHandler(store, clock), *smtp)
    mail.start()
    try:
        serve(create_app(store, DigidApp(digid_url), clock), *bind)
    finally:
        mail.stop()


if __name__ == "__main__":
    main()
