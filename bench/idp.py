"""DigiD without its pages: the simulator's own request reader, message builder and signatures.

``python -m bench.idp``. The front door believes a signed AuthnRequest and answers at once with an artifact,
as if the next person had just logged in with SMS check; the back channel is the simulator's own. Two
things are the benchmark's: `--delay-ms` before each answer, and ``&hostile=<kind>`` at the front, which makes
the back channel answer that artifact with a hostile message.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import click
from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue
from lxml import etree

from bench.hostile import HOSTILE
from demo.clock import real_time
from demo.digid.addresses import METADATA_PATH, RESOLVE_PATH, SSO_PATH, Addresses
from demo.digid.answering import Answering
from demo.digid.artifacts import Artifacts, Authenticated, Outcome
from demo.digid.backchannel import XML, BackChannel, back_app
from demo.digid.levels import Level
from demo.digid.messages import Status
from demo.digid.registry import Registry
from demo.digid.requests import RequestReader
from demo.digid.saml import SAMLP
from demo.digid.server import TlsServer, mutual_tls, plain_server, run_in_thread
from demo.digid.simulator import PKI_FOLDER, SP_FOLDER, load_signer

PEOPLE_FILE = "bench-people.json"


class InstantDigid:
    """Hands out an artifact for each believed request, the people taking turns."""

    def __init__(self, state: Path, addresses: Addresses, delay_seconds: float) -> None:
        signer = load_signer(state)
        registry = Registry(state / SP_FOLDER, state / PKI_FOLDER / "broker-tls-client.pem", real_time)
        self._artifacts = Artifacts(addresses.entity_id, real_time)
        self._reader = RequestReader(registry, addresses.sso, real_time)
        self._people = itertools.cycle(json.loads((state / PEOPLE_FILE).read_text(encoding="utf-8")))
        self._lock = threading.Lock()
        self._hostile: dict[str, bytes] = {}
        self._delay_seconds = delay_seconds
        answering = Answering(addresses.entity_id, signer, real_time)
        self._channel = BackChannel(
            registry, self._artifacts, answering, addresses.resolve, real_time, delay_seconds
        )

    def front(self) -> Flask:
        """The address that browsers are sent to."""
        app = Flask("bench.idp.front", static_folder=None, template_folder=None)

        @app.get(METADATA_PATH)
        def ready() -> ResponseReturnValue:
            return "ready\n"

        @app.get(SSO_PATH)
        def log_in() -> ResponseReturnValue:
            received = self._reader.from_query(request.query_string)
            with self._lock:
                bsn = next(self._people)
            person = Authenticated(bsn, Level.MIDDEN, real_time(), "192.0.2.17")
            artifact = self._artifacts.issue(Outcome(received.request, Status.SUCCESS, person))
            kind = request.args.get("hostile")
            if kind:
                self._hostile[artifact] = HOSTILE[kind]()
            fields = {"SAMLart": artifact, "RelayState": received.relay_state or ""}
            return redirect(f"{received.request.consumer_url}?{urlencode(fields)}")

        return app

    def back(self) -> Flask:
        """The simulator's back channel, delayed, or hostile where that was asked."""
        app = back_app(self._channel)

        @app.before_request
        def instead() -> ResponseReturnValue | None:
            if request.path != RESOLVE_PATH:
                return None
            if self._delay_seconds:
                time.sleep(self._delay_seconds)
            if not self._hostile:
                return None
            asked = etree.fromstring(request.get_data()).findtext(f".//{{{SAMLP}}}Artifact") or ""
            message = self._hostile.pop(asked, None)
            return None if message is None else Response(message, mimetype=XML)

        return app


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True)
@click.option("--front", required=True, help="Base URL of the pages.")
@click.option("--back", required=True, help="Base URL of the back channel.")
@click.option("--delay-ms", type=int, default=0)
def main(state: Path, front: str, back: str, delay_ms: int) -> None:
    """Serve until ended."""
    digid = InstantDigid(state, Addresses(front=front, back=back), delay_ms / 1000)
    doors = TlsServer(_listen(back), digid.back(), mutual_tls(state / PKI_FOLDER))
    run_in_thread(doors)
    plain_server(_listen(front), digid.front()).serve_forever()


def _listen(url: str) -> tuple[str, int]:
    host, _, port = url.rpartition("//")[2].partition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
