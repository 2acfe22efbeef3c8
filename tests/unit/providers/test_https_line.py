"""Reading one answer in HTTP/1.1, byte by byte as it comes: every length it may say, and nothing doubtful."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from typing import cast

import pytest

from broker.providers.saml.https_line import BrokenAnswer, Head, HttpsLine, TooLarge

MOST_BYTES = 40
PATIENCE_SECONDS = 60.0


class Ends:
    """Our end as a line, and the server's as a socket. What TLS adds is tested with the SOAP client."""

    def __init__(self) -> None:
        ours, self.server = socket.socketpair()
        ours.settimeout(PATIENCE_SECONDS)
        self.line = HttpsLine(cast("ssl.SSLSocket", ours))

    def answer(self, answer: bytes, *, hang_up: bool = True) -> tuple[Head, bytes]:
        """What is read of it."""
        self.server.sendall(answer)
        if hang_up:
            self.server.shutdown(socket.SHUT_WR)
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        head = self.line.ask(b"question", give_up_at=give_up_at)
        return head, self.line.body(head, most_bytes=MOST_BYTES, give_up_at=give_up_at)


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Two ends of one connection."""
    made = Ends()
    yield made
    made.line.hang_up()
    made.server.close()


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
READ = {
    "length": (OK + b"Content-Length: 5\r\n\r\nbody!", True),
    "length, odd spelling": (OK + b"content-LENGTH:\t5 \r\n\r\nbody!", True),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nbody!", True),
    "chunks": (CHUNKED + b"2\r\nbo\r\n3;x=y\r\ndy!\r\n0\r\n\r\n", True),
    "chunks and trailers": (CHUNKED + b"5\r\nbody!\r\n0\r\nX: y\r\nZ: z\r\n\r\n", True),
    "after continue": (b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nbody!", True),
    "until closed": (OK + b"\r\nbody!", False),
    "told to close": (OK + b"Connection: Close\r\nContent-Length: 5\r\n\r\nbody!", False),
    "HTTP/1.0": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nbody!", False),
}


@pytest.mark.parametrize("case", READ)
def test_body_is_as_long_as_the_answer_says(ends: Ends, case: str) -> None:
    """And a line is kept only where it is certain that nothing more belongs to this answer."""
    answer, stays_open = READ[case]
    head, body = ends.answer(answer)
    assert (head.status, body, head.stays_open) == (200, b"body!", stays_open)


BROKEN = {
    "nothing": b"",
    "half a head": OK + b"Content-Length: 5\r\n",
    "half a body": OK + b"Content-Length: 5\r\n\r\nbod",
    "half a chunk": CHUNKED + b"5\r\nbod",
    "no last chunk": CHUNKED + b"5\r\nbody!\r\n",
    "chunk longer than it says": CHUNKED + b"4\r\nbody!\r\n0\r\n\r\n",
    "chunk without a length": CHUNKED + b"x\r\nbody!\r\n0\r\n\r\n",
    "chunk of negative length": CHUNKED + b"-5\r\nbody!\r\n0\r\n\r\n",
    "two lengths": OK + b"Content-Length: 5\r\nContent-Length: 4\r\n\r\nbody!",
    "length and chunks": OK
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbody!\r\n0\r\n\r\n",
    "another coding": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nbody!\r\n0\r\n\r\n",
    "negative length": OK + b"Content-Length: -5\r\n\r\nbody!",
    "length in other digits": OK + "Content-Length: \u00b2\r\n\r\nbody!".encode("latin-1"),
    "folded header": OK + b"Content-Length: 5\r\nX: y\r\n z\r\n\r\nbody!",
    "space before the colon": OK + b"Content-Length : 5\r\n\r\nbody!",
    "header without a name": OK + b": 5\r\n\r\nbody!",
    "another protocol": b"HTTP/2 200 OK\r\nContent-Length: 5\r\n\r\nbody!",
    "no status": b"HTTP/1.1 OK\r\nContent-Length: 5\r\n\r\nbody!",
    "lines without returns": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nbody!",
    "endless head": OK + b"X: " + b"y" * 20_000 + b"\r\n\r\nbody!",
}


@pytest.mark.parametrize("case", BROKEN)
def test_doubtful_answer_is_broken(ends: Ends, case: str) -> None:
    """What two readers could read in two ways is no answer."""
    with pytest.raises(BrokenAnswer):
        ends.answer(BROKEN[case])


@pytest.mark.parametrize(
    "answer",
    [
        OK + b"Content-Length: 41\r\n\r\n" + b"x" * 41,
        CHUNKED + b"14\r\n" + b"x" * 20 + b"\r\n15\r\n" + b"x" * 21 + b"\r\n0\r\n\r\n",
        CHUNKED + b"ffffffff\r\n",
        OK + b"\r\n" + b"x" * 41,
    ],
)
def test_body_beyond_the_bound_is_not_read(ends: Ends, answer: bytes) -> None:
    """However its length is told."""
    with pytest.raises(TooLarge):
        ends.answer(answer)


def test_line_with_something_left_on_it_is_not_used_again(ends: Ends) -> None:
    """It would be taken for the answer to the next question."""
    ends.answer(OK + b"Content-Length: 4\r\n\r\nbody!", hang_up=False)
    assert ends.line.was_closed()


def test_line_is_used_again_until_the_server_hangs_up(ends: Ends) -> None:
    """One answer after another; then it is noticed before anything is asked."""
    for _ in range(2):
        ends.answer(OK + b"Content-Length: 5\r\n\r\nbody!", hang_up=False)
        assert not ends.line.was_closed()
    ends.server.close()
    assert ends.line.was_closed()


def test_answer_that_takes_too_long_as_a_whole_is_given_up(ends: Ends) -> None:
    """Also from a server that always sends a little in time."""
    ends.server.sendall(OK)
    with pytest.raises(TimeoutError):
        ends.line.ask(b"question", give_up_at=time.monotonic() - 1)
