"""The command line of the simulator: `python -m demo.eherkenning serve` and `… metadata`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from demo.eherkenning.addresses import Addresses
from demo.eherkenning.metadata import hm_metadata
from demo.eherkenning.simulator import (
    BACK_CHANNEL,
    CATALOGUE_FOLDER,
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
    options = parser("python -m demo.eherkenning", "The eHerkenning simulator.", (8200, 8201)).parse_args(
        arguments
    )
    require_keys(options.state, PKI_FOLDER / "eherkenning-signing.pem")
    addresses = Addresses(
        front=options.base_url or f"http://{joined(options.front)}", back=f"https://{joined(options.back)}"
    )
    if options.command == "metadata":
        print(hm_metadata(addresses, load_signer(options.state)).decode())
    else:
        serve(options.state, addresses, options)


def serve(state: Path, addresses: Addresses, options: argparse.Namespace) -> None:
    """Serves both applications until SIGTERM or Ctrl-C."""
    for folder in (SP_FOLDER, CATALOGUE_FOLDER):
        (state / folder).mkdir(parents=True, exist_ok=True)
    simulator = make_simulator(state, addresses, Surroundings(slow_seconds=options.slow_seconds))
    servers = (
        plain_server(options.front, simulator.front),
        TlsServer(options.back, simulator.back, mutual_tls(simulator.pki, BACK_CHANNEL)),
    )
    serve_until_stopped(
        "eherkenning", servers, f"pages on {addresses.front}, back channel on {addresses.back}"
    )


if __name__ == "__main__":
    main()
