"""The two doors of a stand-in for a provider: HTTP/1.1 with as little work as a benchmark's requests need.

What a server for everybody must do besides, and this one does not: read a body without Content-Length, and
serve others at the front door while somebody says half a request there (it waits a few seconds). Browsers and
the broker on the same machine do neither.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import NamedTuple

_BACKLOG = 512
_MOST_AT_ONCE = 65_536
_FRONT_SECONDS = 5.0
_BACK_SECONDS = 60.0
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


class Asked(NamedTuple):
    """One request."""

    path: str
    query: bytes
    body: bytes


class Reply(NamedTuple):
    """What is said to it."""

    body: bytes = b""
    content_type: str = "text/plain"
    status: HTTPStatus = HTTPStatus.OK
    location: str = ""


Answering = Callable[[Asked], Reply]
AnsweringTls = Callable[[Asked, ssl.SSLSocket], Reply]


def listen_at(url: str) -> socket.socket:
    """A listening socket at a base URL."""
    return socket.create_server(address_of(url), backlog=_BACKLOG)


def address_of(url: str) -> tuple[str, int]:
    """Host and port of a base URL."""
    host, _, port = url.rpartition("//")[2].partition(":")
    return host, int(port)


def serve_front(listener: socket.socket, answer: Answering) -> None:
    """For good, one request for each connection: every login is another browser's."""
    while True:
        connection, _ = listener.accept()
        # A browser that hung up, or says nothing, has had its turn.
        with connection, contextlib.suppress(OSError):
            connection.settimeout(_FRONT_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked = _next(connection, bytearray())
            if asked is not None:
                connection.sendall(_written(answer(asked), "close"))


def serve_back(listener: socket.socket, context: ssl.SSLContext, answer: AnsweringTls) -> None:
    """For good, each connection with a thread of its own, kept for as many requests as come."""
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=_serve_kept, args=(connection, context, answer), daemon=True).start()


def _serve_kept(plain: socket.socket, context: ssl.SSLContext, answer: AnsweringTls) -> None:
    with contextlib.suppress(OSError):
        plain.settimeout(_BACK_SECONDS)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with context.wrap_socket(plain, server_side=True) as connection:
            received = bytearray()
            while (asked := _next(connection, received)) is not None:
                connection.sendall(_written(answer(asked, connection), "keep-alive"))


def _next(connection: socket.socket, received: bytearray) -> Asked | None:
    """The next request, of which a part may have been received; None when the client hung up."""
    while (end := received.find(_END_OF_HEAD)) < 0:
        if not _receive(connection, received):
            return None
    head, start = bytes(received[:end]), end + len(_END_OF_HEAD)
    whole = start + _length(head)
    while len(received) < whole:
        if not _receive(connection, received):
            return None
    body = bytes(received[start:whole])
    del received[:whole]
    target = head.split(b" ", 2)[1]
    path, _, query = target.partition(b"?")
    return Asked(path.decode("ascii"), query, body)


def _receive(connection: socket.socket, received: bytearray) -> bool:
    part = connection.recv(_MOST_AT_ONCE)
    received += part
    return bool(part)


def _length(head: bytes) -> int:
    low = head.lower()
    place = low.find(_LENGTH)
    if place < 0:
        return 0
    return int(low[place + len(_LENGTH) :].partition(b"\r\n")[0])


def _written(reply: Reply, connection: str) -> bytes:
    location = f"Location: {reply.location}\r\n" if reply.location else ""
    head = (
        f"HTTP/1.1 {reply.status} {reply.status.phrase}\r\nContent-Type: {reply.content_type}\r\n"
        f"{location}Content-Length: {len(reply.body)}\r\nConnection: {connection}\r\n\r\n"
    )
    return head.encode("ascii") + reply.body
