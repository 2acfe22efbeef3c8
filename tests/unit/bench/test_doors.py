"""The front door of a stand-in provider answers one request for each connection, however that arrives."""

from __future__ import annotations

import socket
import threading
from http import HTTPStatus

import pytest

from bench.doors import Asked, Reply, serve_front
from bench.line import Line


@pytest.fixture
def address() -> tuple[str, int]:
    """A door that says what it was asked."""

    def answer(asked: Asked) -> Reply:
        told = b"%s|%s|%s" % (asked.path.encode(), asked.query, asked.body)
        return Reply(told, status=HTTPStatus.FOUND, location="/elsewhere")

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve_front, args=(listener, answer), daemon=True).start()
    host, port = listener.getsockname()[:2]
    # The thread waits for the next until the test process ends.
    return host, port


def test_line_gets_answers_from_a_door_that_hangs_up_after_each(address: tuple[str, int]) -> None:
    """It connects again without being told."""
    line = Line(f"http://{address[0]}:{address[1]}")
    for number in range(3):
        answer = line.ask("POST", f"/path?n={number}", {}, "body")
        assert (answer.status, answer.location, answer.is_last) == (302, "/elsewhere", True)
        assert answer.body == b"/path|n=%d|body" % number
    line.close()


def test_request_in_parts_is_put_together(address: tuple[str, int]) -> None:
    """Head and body need not come at once."""
    with socket.create_connection(address) as connection:
        for part in (b"POST /p HTTP/1.1\r\nconTENT-length: 4\r\n", b"\r\nbo", b"dy"):
            connection.sendall(part)
        assert connection.makefile("rb").read().endswith(b"/p||body")


def test_client_that_hangs_up_in_the_middle_stops_nobody(address: tuple[str, int]) -> None:
    """The next is served."""
    with socket.create_connection(address) as connection:
        connection.sendall(b"GET /")
    line = Line(f"http://{address[0]}:{address[1]}")
    assert line.ask("GET", "/", {}).status == 302
    line.close()
