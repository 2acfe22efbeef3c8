"""The command line of the simulator: `python -m demo.digid serve` and `python -m demo.digid metadata`."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
import threading
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
from demo.idp.server import TlsServer, mutual_tls, plain_server, run_in_thread

HostPort = tuple[str, int]


def main(arguments: Sequence[str] | None = None) -> None:
    """Reads the command line and does what it says."""
    options = _parser().parse_args(arguments)
    if not (options.state / PKI_FOLDER / "digid-signing.pem").exists():
        sys.exit(f"there are no keys yet: run python -m demo.pki --state {options.state}")
    addresses = Addresses(
        front=options.base_url or f"http://{_joined(options.front)}",
        back=f"https://{_joined(options.back)}",
        outbox=options.outbox,
    )
    if options.command == "metadata":
        print(idp_metadata(addresses, load_signer(options.state)).decode())
    else:
        serve(options.state, addresses, options)


def serve(state: Path, addresses: Addresses, options: argparse.Namespace) -> None:
    """Serves both applications until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s digid %(message)s")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    (state / SP_FOLDER).mkdir(parents=True, exist_ok=True)
    simulator = make_simulator(state, addresses, Surroundings(slow_seconds=options.slow_seconds))
    servers = (
        plain_server(options.front, simulator.front),
        TlsServer(options.back, simulator.back, mutual_tls(simulator.pki, BACK_CHANNEL)),
    )
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    for server in servers:
        run_in_thread(server)
    logging.getLogger("demo.digid").info("pages on %s, back channel on %s", addresses.front, addresses.back)
    stop.wait()
    for server in servers:
        server.shutdown()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo.digid", description="The DigiD simulator.")
    parser.add_argument("command", choices=("serve", "metadata"))
    parser.add_argument("--state", type=Path, required=True, help="state directory of the demo: var/demo")
    parser.add_argument("--front", type=_host_port, default=("127.0.0.1", 8100), metavar="HOST:PORT")
    parser.add_argument("--back", type=_host_port, default=("127.0.0.1", 8101), metavar="HOST:PORT")
    parser.add_argument("--base-url", help="address of the front as browsers see it (default: http://FRONT)")
    parser.add_argument("--outbox", default=Addresses().outbox, metavar="URL", help="where SMS messages go")
    parser.add_argument("--slow-seconds", type=float, default=30.0, help="how late the fault 'slow' answers")
    return parser


def _host_port(text: str) -> HostPort:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError("write HOST:PORT")
    return host, int(port)


def _joined(address: HostPort) -> str:
    return f"{address[0]}:{address[1]}"


if __name__ == "__main__":
    main()
