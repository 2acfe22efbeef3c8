"""DigiD without its pages, made to take little of the processor that it shares with the broker.

``python -m bench.idp``. The front door believes a signed AuthnRequest and answers at once with an artifact,
as if the next person had just logged in with SMS check. The first request and the first artifact of each web
service are read and answered by the simulator, with all its checks. Later ones are read by their shape, and
their signatures are trusted (`bench.quick_requests`); the answers look like the first, with the two
signatures that DigiD makes (`bench.quick_answer`). The back channel is over mutual TLS, on kept connections.

Two more things are the benchmark's: `--delay-ms` before each answer, and ``&hostile=<kind>`` at the front,
which makes the back channel answer that artifact with a hostile message, once it has answered another one.
"""

from __future__ import annotations

import itertools
import json
import re
import ssl
import threading
import time
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote

import click
from cryptography import x509

from bench.doors import Asked, Reply, listen_at, serve_back, serve_front
from bench.hostile import HOSTILE
from bench.quick_answer import QuickAnswer
from bench.quick_requests import QuickReader, QuickResolves, Resolve
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
from demo.idp.backchannel import XML, BackChannel
from demo.idp.server import mutual_tls
from demo.idp.wire import Untrusted

PEOPLE_FILE = "bench-people.json"
_XML = f"{XML}; charset=utf-8"
_HOSTILE = re.compile(rb"&hostile=(\w+)$")


class InstantDigid:
    """Hands out an artifact for each believed request, the people taking turns."""

    def __init__(self, state: Path, addresses: Addresses, delay_seconds: float) -> None:
        registry = Registry(state / SP_FOLDER, state / PKI_FOLDER / "broker-tls-client.pem", real_time)
        self._artifacts = Artifacts[Outcome](addresses.entity_id, real_time)
        self._reader = QuickReader(RequestReader(registry, addresses.sso, real_time))
        self._resolves = QuickResolves()
        # Its `next` is atomic, so no lock is needed.
        self._people = itertools.cycle(json.loads((state / PEOPLE_FILE).read_text(encoding="utf-8")))
        self._hostile: dict[str, bytes] = {}
        self._delay_seconds = delay_seconds
        self._answering = _LearningAnswering(Answering(addresses.entity_id, load_signer(state), real_time))
        self._channel = BackChannel(
            registry, self._artifacts, self._answering, addresses.resolve, real_time, delay_seconds
        )

    def front(self, asked: Asked) -> Reply:
        """The address that browsers are sent to."""
        if asked.path == METADATA_PATH:
            return Reply(b"ready\n")
        if asked.path != SSO_PATH:
            return Reply(status=HTTPStatus.NOT_FOUND)
        hostile = _HOSTILE.search(asked.query)
        try:
            arrived = self._reader.read(asked.query[: hostile.start()] if hostile else asked.query)
        except (Untrusted, ValueError, LookupError) as problem:
            return Reply(f"{problem}\n".encode(), status=HTTPStatus.BAD_REQUEST)
        person = Authenticated(next(self._people), Level.MIDDEN, real_time(), "192.0.2.17")
        outcome = Outcome(arrived.request, Status.SUCCESS, person)
        artifact = self._artifacts.issue(outcome)
        if hostile:
            self._hostile[artifact] = HOSTILE[hostile[1].decode()]()
        query = f"SAMLart={quote(artifact, safe='')}&RelayState={arrived.relay_state}"
        return Reply(status=HTTPStatus.FOUND, location=f"{arrived.request.consumer_url}?{query}")

    def back(self, asked: Asked, line: ssl.SSLSocket) -> Reply:
        """Where artifacts are resolved: delayed, and hostile where that was asked."""
        if asked.path != RESOLVE_PATH:
            return Reply(status=HTTPStatus.NOT_FOUND)
        if self._delay_seconds:
            time.sleep(self._delay_seconds)
        resolve = self._resolves.read(asked.body)
        if resolve is None:
            return self._resolved_in_full(asked.body, line)
        message = self._hostile.pop(resolve.artifact, None) or self._quick_answer(resolve)
        return Reply(message, _XML)

    def _quick_answer(self, resolve: Resolve) -> bytes:
        """The answer to an ArtifactResolve like one that got a login."""
        found = self._artifacts.take(resolve.artifact, resolve.entity_id)
        if isinstance(found, NoOutcome):
            return self._answering.without_response(resolve.resolve_id, found)
        return self._answering.quick[resolve.entity_id].to(resolve.resolve_id, found, real_time())

    def _resolved_in_full(self, body: bytes, line: ssl.SSLSocket) -> Reply:
        """The simulator's answer, with all its checks; a question that got a login is learned from."""
        shown = line.getpeercert(binary_form=True)
        answer = self._channel.resolve(body, x509.load_der_x509_certificate(shown) if shown else None)
        if answer.status_code == HTTPStatus.OK:
            self._resolves.learn(body, self._answering.granted)
        return Reply(answer.get_data(), _XML, HTTPStatus(answer.status_code))


class _LearningAnswering:
    """The simulator's own, which notes to which ArtifactResolves it gave a login, and how those look."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self.granted: set[str] = set()
        self.quick: dict[str, QuickAnswer] = {}

    def without_response(self, resolve_id: str, why: NoOutcome) -> bytes:
        """As the simulator."""
        return self._answering.without_response(resolve_id, why)

    def with_outcome(self, resolve_id: str, outcome: Outcome) -> bytes:
        """As the simulator."""
        sender = self._answering
        self.quick[outcome.owner] = QuickAnswer.learned(sender.entity_id, sender.signer, outcome)
        self.granted.add(resolve_id)
        return sender.with_outcome(resolve_id, outcome)


@click.command()
@click.option("--state", type=click.Path(path_type=Path), required=True)
@click.option("--front", required=True, help="Base URL of the pages.")
@click.option("--back", required=True, help="Base URL of the back channel.")
@click.option("--delay-ms", type=int, default=0)
def main(state: Path, front: str, back: str, delay_ms: int) -> None:
    """Serve until ended."""
    digid = InstantDigid(state, Addresses(front=front, back=back), delay_ms / 1000)
    context = mutual_tls(state / PKI_FOLDER, BACK_CHANNEL)
    threading.Thread(target=serve_back, args=(listen_at(back), context, digid.back), daemon=True).start()
    serve_front(listen_at(front), digid.front)


if __name__ == "__main__":
    main()
