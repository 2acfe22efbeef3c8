"""DigiD without its pages, made to take little of the processor that it shares with the broker.

``python -m bench.idp``. The front door believes a signed AuthnRequest and answers at once with an artifact,
as if the next person had just logged in with SMS check. The first artifact is resolved by the simulator's own
back channel, with all its checks; the later ones are answered from what that answer looked like. Two
more things are the benchmark's: `--delay-ms` before each answer, and ``&hostile=<kind>`` at the front, which
makes the back channel answer that artifact with a hostile message.
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
from bench.quick_answer import QuickAnswer
from demo.clock import real_time
from demo.digid.addresses import METADATA_PATH, RESOLVE_PATH, SSO_PATH, Addresses
from demo.digid.answering import Answering
from demo.digid.levels import Level
from demo.digid.messages import Status
from demo.digid.outcomes import Authenticated, Outcome
from demo.digid.registry import Registry
from demo.digid.requests import RequestReader
from demo.digid.simulator import BACK_CHANNEL, PKI_FOLDER, SP_FOLDER, load_signer
from demo.idp.artifacts import Artifacts, NoOutcome
from demo.idp.backchannel import XML, BackChannel, back_app
from demo.idp.forms import SAML, SAMLP
from demo.idp.server import TlsServer, mutual_tls, plain_server, run_in_thread

PEOPLE_FILE = "bench-people.json"


class InstantDigid:
    """Hands out an artifact for each believed request, the people taking turns."""

    def __init__(self, state: Path, addresses: Addresses, delay_seconds: float) -> None:
        signer = load_signer(state)
        registry = Registry(state / SP_FOLDER, state / PKI_FOLDER / "broker-tls-client.pem", real_time)
        self._artifacts = Artifacts[Outcome](addresses.entity_id, real_time)
        self._reader = RequestReader(registry, addresses.sso, real_time)
        self._people = itertools.cycle(json.loads((state / PEOPLE_FILE).read_text(encoding="utf-8")))
        self._lock = threading.Lock()
        self._hostile: dict[str, bytes] = {}
        self._delay_seconds = delay_seconds
        self._signer, self._entity_id = signer, addresses.entity_id
        self._quick: dict[str, QuickAnswer] = {}
        self._examples: dict[str, Outcome] = {}
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
            outcome = Outcome(received.request, Status.SUCCESS, person)
            self._examples.setdefault(received.request.provider.entity_id, outcome)
            artifact = self._artifacts.issue(outcome)
            kind = request.args.get("hostile")
            if kind:
                self._hostile[artifact] = HOSTILE[kind]()
            fields = {"SAMLart": artifact, "RelayState": received.relay_state or ""}
            return redirect(f"{received.request.consumer_url}?{urlencode(fields)}")

        return app

    def back(self) -> Flask:
        """The simulator's back channel, delayed, or hostile where that was asked."""
        app = back_app(self._channel, RESOLVE_PATH)

        @app.before_request
        def instead() -> ResponseReturnValue | None:
            if request.path != RESOLVE_PATH:
                return None
            if self._delay_seconds:
                time.sleep(self._delay_seconds)
            resolve = next(etree.fromstring(request.get_data()).iter(f"{{{SAMLP}}}ArtifactResolve"))
            asked = resolve.findtext(f"{{{SAMLP}}}Artifact") or ""
            message = self._hostile.pop(asked, None) or self._quick_answer(resolve, asked)
            return None if message is None else Response(message, mimetype=XML)

        return app

    def _quick_answer(self, resolve: etree._Element, artifact: str) -> bytes | None:
        """The answer to an ArtifactResolve, or None while there is nothing to go by for its sender."""
        entity_id = resolve.findtext(f"{{{SAML}}}Issuer") or ""
        quick = self._quick.get(entity_id)
        if quick is None:
            example = self._examples.pop(entity_id, None)
            if example is not None:
                self._quick[entity_id] = QuickAnswer.learned(self._entity_id, self._signer, example)
            return None
        found = self._artifacts.take(artifact, entity_id)
        if isinstance(found, NoOutcome):
            return None
        return quick.to(resolve.attrib["ID"], found, real_time())


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True)
@click.option("--front", required=True, help="Base URL of the pages.")
@click.option("--back", required=True, help="Base URL of the back channel.")
@click.option("--delay-ms", type=int, default=0)
def main(state: Path, front: str, back: str, delay_ms: int) -> None:
    """Serve until ended."""
    digid = InstantDigid(state, Addresses(front=front, back=back), delay_ms / 1000)
    doors = TlsServer(listen_at(back), digid.back(), mutual_tls(state / PKI_FOLDER, BACK_CHANNEL))
    run_in_thread(doors)
    plain_server(listen_at(front), digid.front()).serve_forever()


def listen_at(url: str) -> tuple[str, int]:
    """Host and port of a base URL."""
    host, _, port = url.rpartition("//")[2].partition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
