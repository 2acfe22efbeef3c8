"""Something of ours where the broker expects DigiD's back channel: silent, odd, lying, or only listening in.

Every answer is raw bytes, so that a test can send what no HTTP library would. A connection carries one call.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import Any

import requests

from broker.app import create_app
from broker.providers.saml.metadata import load_identity_provider
from demo.digid.addresses import RESOLVE_PATH, Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import BACK_CHANNEL, PKI_FOLDER, load_signer
from demo.idp.server import mutual_tls
from demo.idp.signing import Signer
from tests.support.system import DIGID, System

Answer = Callable[[bytes], Iterable[bytes]]
"""From the body of a call to the raw pieces of what is sent back."""

_PATIENCE_SECONDS = 20.0


@dataclass
class Between:
    """Where it listens, and the bodies of the calls that came."""

    port: int
    calls: list[bytes] = field(default_factory=list)

    @property
    def base_url(self) -> str:
        """What the broker is told as DigiD's back channel."""
        return f"https://127.0.0.1:{self.port}"


@contextmanager
def listening(answer: Answer, context: ssl.SSLContext | None, *, port: int = 0) -> Iterator[Between]:
    """Serve `answer` by TLS; at the end every connection is cut.

    Without a `context` it is sent in the clear to whatever comes in, which is no call then.
    """
    open_ones: list[socket.socket] = []

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            open_ones.append(self.request)
            self.request.settimeout(_PATIENCE_SECONDS)
            with suppress(OSError):
                if context is None:
                    _some(self.request)
                    _send(self.request, answer(b""))
                    return
                with context.wrap_socket(self.request, server_side=True) as line:
                    between.calls.append(_read_call(line))
                    _send(line, answer(between.calls[-1]))

    class Server(ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", port), Handler) as server:
        between = Between(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield between
        finally:
            server.shutdown()
            thread.join()
            for one in open_ones:
                with suppress(OSError):
                    one.close()


def like_digid(system: System) -> ssl.SSLContext:
    """The simulator's own TLS: its certificate, and a client certificate required."""
    return mutual_tls(system.state / PKI_FOLDER, BACK_CHANNEL)


def http(
    body: bytes,
    *headers: str,
    status: str = "200 OK",
    content_type: str = "text/xml; charset=utf-8",
    length: int | None = None,
) -> bytes:
    """A whole HTTP answer; `length` makes it lie about its own."""
    head = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", "Connection: close", *headers]
    head.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def asking_digid(system: System) -> Callable[[bytes], bytes]:
    """Asks the simulator itself what it would answer to a call."""
    idp = load_identity_provider(system.state / "digid/idp-metadata.xml")
    pki = system.state / PKI_FOLDER

    def ask(body: bytes) -> bytes:
        answer = requests.post(
            idp.artifact_resolution_url,
            data=body,
            headers={"Content-Type": "text/xml; charset=utf-8"},
            cert=(str(pki / "broker-tls-client.pem"), str(pki / "broker-tls-client.key")),
            verify=str(pki / "ca.pem"),
            timeout=_PATIENCE_SECONDS,
        )
        return answer.content

    return ask


def broker_calling(
    system: System, back: str | None = None, *, read_seconds: float = 10.0, signer: Signer | None = None
) -> System:
    """The same system with another broker process' worth of application, which calls `back`.

    `signer` is the key that its metadata of DigiD names, when that is not DigiD's own.
    """
    provider = system.settings.providers["digid"]
    changes: dict[str, Any] = {"connect_timeout_seconds": 2.0, "read_timeout_seconds": read_seconds}
    if back is not None:
        changes["metadata_file"] = _metadata(system.state, back, signer)
    providers = {**system.settings.providers, "digid": provider.model_copy(update=changes)}
    settings = replace(system.settings, providers=providers)
    return replace(system, settings=settings, broker=create_app(settings))


def _metadata(state: Path, back: str, signer: Signer | None) -> Path:
    file = state / f"digid/idp-metadata-{back.rpartition(':')[2]}.xml"
    file.write_bytes(idp_metadata(Addresses(front=DIGID, back=back), signer or load_signer(state)))
    return file


def _send(line: socket.socket, pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        line.sendall(piece)


def _read_call(line: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _some(line)
    head, _, body = received.partition(b"\r\n\r\n")
    assert RESOLVE_PATH.encode() in head
    lengths = [row for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")]
    wanted = int(lengths[0].partition(b":")[2])
    while len(body) < wanted:
        body += _some(line)
    return body


def _some(line: socket.socket) -> bytes:
    piece = line.recv(65536)
    if not piece:
        raise ConnectionError
    return piece
