"""``python -m demo.portals serve mijn-cz``: one sample portal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from demo.clock import DemoClock
from demo.portals.app import create_app
from demo.portals.definitions import BROKER_ISSUER, PORTALS, portal_by_id
from demo.portals.keys import load_portal_keys
from demo.serving import Address, serve


@click.group()
def main() -> None:
    """Sample portals that leave the login to the broker."""


@main.command("serve")
@click.argument("portal_id", metavar="PORTAL", type=click.Choice([portal.id for portal in PORTALS]))
@click.option("--state", type=click.Path(path_type=Path), default=Path("var/demo"), show_default=True)
@click.option("--bind", type=Address(), help="Default: 127.0.0.1 and the portal's own port.")
@click.option("--issuer", default=BROKER_ISSUER, show_default=True)
def serve_command(portal_id: str, state: Path, bind: tuple[str, int] | None, issuer: str) -> None:
    """Serve one portal until told to stop."""
    portal = portal_by_id(portal_id)
    if portal is None:
        raise click.UsageError(f"there is no portal {portal_id}")
    try:
        keys = load_portal_keys(state, portal)
    except (OSError, ValueError) as fault:
        raise click.ClickException(f"{fault}\nMake the keys: python -m demo.pki --state {state}") from fault
    app = create_app(replace(portal, issuer=issuer), keys, DemoClock.of_state(state))
    serve(app, *(bind or ("127.0.0.1", portal.port)))


if __name__ == "__main__":
    main()
