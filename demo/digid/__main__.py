"""The command line of the simulator: `python -m demo.digid serve` and `python -m demo.digid metadata`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from demo.digid.addresses import Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import (
    BACK_CHANNEL,
    PKI_FOLDER,
    SP_FOLDER,
    Surroundings,
    load_signer,
    make_simulator,
)
from demo.idp.program import joined, parser, require_keys, serve_until_stopped
from demo.idp.server import TlsServer, mutual_tls, plain_server


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and does what it says."""
    options = _options(arguments)
    require_keys(options.state, PKI_FOLDER / "digid-signing.pem")
    addresses = Addresses(
        front=options.base_url or f"http://{joined(options.front)}",
        back=f"https://{joined(options.back)}",
        outbox=options.outbox,
    )
    if options.command == "metadata":
        print(idp_metadata(addresses, load_signer(options.state)).decode())
    else:
        serve(options.state, addresses, options)


def serve(state: Path, addresses: Addresses, options: argparse.Namespace) -> None:
    """Serves both applications until SIGTERM or Ctrl-C."""
    (state / SP_FOLDER).mkdir(parents=True, exist_ok=True)
    simulator = make_simulator(state, addresses, Surroundings(slow_seconds=options.slow_seconds))
    servers = (
        plain_server(options.front, simulator.front),
        TlsServer(options.back, simulator.back, mutual_tls(simulator.pki, BACK_CHANNEL)),
    )
    serve_until_stopped("digid", servers, f"pages on {addresses.front}, back channel on {addresses.back}")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    options = parser("python -m demo.digid", "The DigiD simulator.", (8100, 8101))
    options.add_argument("--outbox", default=Addresses().outbox, metavar="URL", help="where SMS messages go")
    return options.parse_args(arguments)


if __name__ == "__main__":
    main()
