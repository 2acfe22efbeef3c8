"""A real TLS server on loopback that demands a client certificate and answers as a test tells it to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedIOBase
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from tests.support.saml.keys import issued_by, pair

AUTHORITY = "back-channel-authority"


@dataclass
class Reply:
    """What the server says; `hold` keeps it silent until the test lets go, `drips` slow."""

    body: bytes = b"<answer/>"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "text/xml; charset=utf-8"),)
    hold_head: threading.Event | None = None
    hold_body: threading.Event | None = None
    chunked: bool = False
    drips: threading.Event | None = None


@dataclass
class Seen:
    """What reached the server."""

    connections: set[tuple[str, int]] = field(default_factory=set)
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    client: str = ""


@dataclass
class BackChannelServer:
    """Where it listens, what it says next, what it saw."""

    port: int
    reply: Reply
    seen: Seen

    @property
    def url(self) -> str:
        """The artifact resolution address."""
        return f"https://127.0.0.1:{self.port}/saml/idp/resolve_artifact"


@contextmanager
def running_back_channel(
    folder: Path, *, authority: str = AUTHORITY, host: str = "localhost"
) -> Iterator[BackChannelServer]:
    """Serve with a certificate of `authority`, for clients with a certificate of the usual one."""
    certificate, key = issued_by(authority, "was.digid.sim.example", host).write(folder, "server")
    trusted, _ = pair(AUTHORITY).write(folder, "client-authority")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(trusted)
    context.verify_mode = ssl.CERT_REQUIRED
    state = BackChannelServer(0, Reply(), Seen())
    server = _Server(("127.0.0.1", 0), _handler(state))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        for gate in (state.reply.hold_head, state.reply.hold_body, state.reply.drips):
            if gate is not None:
                gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A refused handshake is what some tests are about; it needs no trace."""


def _handler(state: BackChannelServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            state.seen.connections.add(self.client_address[:2])
            state.seen.requests.append((self.path, dict(self.headers), body))
            state.seen.client = _common_name(self.connection)
            reply = state.reply
            if reply.hold_head is not None:
                reply.hold_head.wait(30)
            self.send_response(reply.status)
            _send_headers(self, reply)
            if reply.hold_body is not None:
                self.wfile.flush()
                reply.hold_body.wait(30)
            self.wfile.write(_chunks(reply.body) if reply.chunked else reply.body)

        do_GET = do_POST  # noqa: N815  # the base class looks for these names

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


def _send_headers(to: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.drips is not None:
        to.flush_headers()
        _drip(to.wfile, reply.drips)
    for name, value in reply.headers:
        to.send_header(name, value)
    if reply.chunked:
        to.send_header("Transfer-Encoding", "chunked")
    else:
        to.send_header("Content-Length", str(len(reply.body)))
    to.end_headers()


def _drip(out: BufferedIOBase, enough: threading.Event) -> None:
    """A header that grows by a byte now and then, for ten seconds or until the test lets go."""
    out.write(b"X-Slow: ")
    for _ in range(200):
        if enough.wait(0.05):
            break
        out.write(b"a")
    out.write(b"\r\n")


def _common_name(connection: ssl.SSLSocket) -> str:
    """Whose certificate the other side showed; nobody's when it showed none."""
    shown = connection.getpeercert(binary_form=True)
    if shown is None:
        return ""
    (name,) = x509.load_der_x509_certificate(shown).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(name.value)


def _chunks(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
