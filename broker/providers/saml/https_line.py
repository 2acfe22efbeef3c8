"""One kept HTTPS connection: a question whose length is known, and one answer (RFC 9112).

That is all a SOAP call needs of HTTP. A library for every kind of call took a twentieth of a login for it,
most of that for headers which nobody reads.
"""

from __future__ import annotations

import re
import select
import socket
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

_READ_BYTES = 64 * 1024
_LONGEST_HEAD = 16 * 1024
_LONGEST_CHUNK_LINE = 256
_END_OF_LINE = b"\r\n"
_END_OF_HEAD = b"\r\n\r\n"
_CONTINUE = 100
_STATUS_LINE = re.compile(r"HTTP/1\.([01]) ([1-5][0-9][0-9])(?: [^\r\n]*)?", re.ASCII)
_HEADER_LINE = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*?)[ \t]*", re.ASCII)
_LENGTH = re.compile(r"[0-9]{1,18}", re.ASCII)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")


class BrokenAnswer(OSError):
    """What came is no answer in HTTP/1.1, or it ended half-way."""


class TooLarge(Exception):
    """The body is larger than whoever reads it takes."""


@dataclass(frozen=True, slots=True)
class Head:
    """What stands before the body; names in lower case, repeated ones joined as RFC 9110 5.2 says."""

    status: int
    headers: Mapping[str, str]
    stays_open: bool


class HttpsLine:
    """A connection to one server. After an error, or an answer that was not read whole, it is to be hung up.

    Errors are those of sockets and TLS, `TimeoutError` among them, and `BrokenAnswer`.
    """

    def __init__(self, connection: ssl.SSLSocket) -> None:
        self._connection = connection
        self._received = bytearray()
        self._hears_of_end = select.poll()
        self._hears_of_end.register(connection.fileno(), select.POLLIN)

    @classmethod
    def connect(
        cls,
        address: tuple[str, int],
        context: ssl.SSLContext,
        *,
        connect_seconds: float,
        read_seconds: float,
    ) -> HttpsLine:
        """Reach the server and let it prove its name; from then on it may be silent for `read_seconds`."""
        plain = socket.create_connection(address, timeout=connect_seconds)
        try:
            # Question and answer alternate: there is nothing that a small packet could wait for.
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = context.wrap_socket(plain, server_hostname=address[0])
        except BaseException:
            plain.close()
            raise
        connection.settimeout(read_seconds)
        return cls(connection)

    def was_closed(self) -> bool:
        """Whether the server hung up while nothing was asked; it has nothing else to say then."""
        return bool(self._received) or bool(self._hears_of_end.poll(0))

    def ask(self, question: bytes, *, give_up_at: float) -> Head:
        """Send the question, once, and read the head of the answer."""
        self._connection.sendall(question)
        while True:
            head = _read_head(self._until(_END_OF_HEAD, _LONGEST_HEAD, give_up_at))
            if head.status != _CONTINUE:
                return head

    def body(self, head: Head, *, most_bytes: int, give_up_at: float) -> bytes:
        """The whole body; raises `TooLarge`."""
        coding, length = head.headers.get("transfer-encoding"), head.headers.get("content-length")
        if coding is not None:
            if coding.lower() != "chunked" or length is not None:
                # Two lengths are how messages are smuggled (RFC 9112 6.3).
                raise BrokenAnswer("the length of the answer can be read in two ways")
            return self._chunks(most_bytes, give_up_at)
        if length is None:
            return self._until_closed(most_bytes, give_up_at)
        if not _LENGTH.fullmatch(length):
            raise BrokenAnswer("the length of the answer is no number")
        if int(length) > most_bytes:
            raise TooLarge
        return self._exactly(int(length), give_up_at)

    def hang_up(self) -> None:
        """Close it, in whatever state it is."""
        self._connection.close()

    def _chunks(self, most_bytes: int, give_up_at: float) -> bytes:
        body = bytearray()
        while size := self._chunk_size(give_up_at):
            if len(body) + size > most_bytes:
                raise TooLarge
            body += self._exactly(size, give_up_at)
            if self._exactly(len(_END_OF_LINE), give_up_at) != _END_OF_LINE:
                raise BrokenAnswer("a chunk is longer than it says")
        # Trailers, which mean nothing to us, up to an empty line.
        while self._until(_END_OF_LINE, _LONGEST_HEAD, give_up_at):
            pass
        return bytes(body)

    def _chunk_size(self, give_up_at: float) -> int:
        found = _CHUNK_LINE.fullmatch(self._until(_END_OF_LINE, _LONGEST_CHUNK_LINE, give_up_at))
        if found is None:
            raise BrokenAnswer("a chunk does not say how long it is")
        return int(found[1], 16)

    def _until_closed(self, most_bytes: int, give_up_at: float) -> bytes:
        more = True
        while more:
            if len(self._received) > most_bytes:
                raise TooLarge
            more = self._receive(give_up_at)
        return self._taken(len(self._received))

    def _until(self, end: bytes, most_bytes: int, give_up_at: float) -> bytes:
        """What comes before `end`."""
        while (place := self._received.find(end)) < 0:
            if len(self._received) > most_bytes or not self._receive(give_up_at):
                raise BrokenAnswer("the answer ended half-way, or a line of it does not end")
        if place > most_bytes:
            raise BrokenAnswer("a line of the answer is too long")
        return self._taken(place + len(end))[:place]

    def _exactly(self, number: int, give_up_at: float) -> bytes:
        while len(self._received) < number:
            if not self._receive(give_up_at):
                raise BrokenAnswer("the answer ended half-way")
        return self._taken(number)

    def _taken(self, number: int) -> bytes:
        taken = bytes(self._received[:number])
        del self._received[:number]
        return taken

    def _receive(self, give_up_at: float) -> bool:
        """Wait for more; False when the server hung up."""
        if time.monotonic() > give_up_at:
            raise TimeoutError("the answer took too long as a whole")
        more = self._connection.recv(_READ_BYTES)
        self._received += more
        return bool(more)


def _read_head(text: bytes) -> Head:
    first, *lines = text.decode("latin-1").split("\r\n")
    status = _STATUS_LINE.fullmatch(first)
    if status is None:
        raise BrokenAnswer("the answer does not begin as HTTP/1.1")
    headers: dict[str, str] = {}
    for line in lines:
        # A line that begins with a space goes on with the one before (RFC 9112 5.2): nobody needs that.
        header = _HEADER_LINE.fullmatch(line)
        if header is None:
            raise BrokenAnswer("a line of the head is no header")
        name, value = header[1].lower(), header[2]
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    stays_open = status[1] == "1" and "close" not in headers.get("connection", "").lower()
    # Without a length the body ends where the connection does.
    told = "content-length" in headers or "transfer-encoding" in headers
    return Head(int(status[2]), headers, stays_open and told)
