"""Connections to Redis, by themselves: answers in pieces, refusals by kind, a server that hangs up."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest
from redis import ConnectionError as ConnectionLost
from redis import ConnectionPool
from redis import TimeoutError as AnswerTimeout
from redis.exceptions import NoScriptError, OutOfMemoryError, ReadOnlyError, ResponseError

from broker.storage.redis_lines import RedisLines
from tests.support.servers import running_redis


class _Scripted:
    """A server that gives the answers it was told to, one for each thing that it hears."""

    def __init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.answers: list[tuple[bytes, ...]] = []
        self.heard: list[bytes] = []
        self.connections = 0
        self.hung_up = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                while self.answers and (heard := connection.recv(4096)):
                    self.heard.append(heard)
                    for piece in self.answers.pop(0):
                        connection.sendall(piece)
            self.hung_up.set()


@pytest.fixture
def server() -> Iterator[_Scripted]:
    """Listens until the end of the test."""
    made = _Scripted()
    yield made
    made.listener.close()


@pytest.fixture
def lines(server: _Scripted) -> Iterator[RedisLines]:
    """Lines to that server, which ask nothing by themselves and do not wait long."""
    pool = ConnectionPool(
        host="127.0.0.1",
        port=server.listener.getsockname()[1],
        protocol=2,
        socket_timeout=0.2,
        driver_info=None,
    )
    made = RedisLines(pool)
    yield made
    made.close()


def test_line_sends_the_words_and_nothing_else(server: _Scripted, lines: RedisLines) -> None:
    """No greeting, no question of redis-py's own."""
    server.answers = [(b"+OK\r\n",)]
    assert lines.command("SET", "k", b"\x00v", "PX", 5) == b"OK"
    assert server.heard == [b"*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$2\r\n\x00v\r\n$2\r\nPX\r\n$1\r\n5\r\n"]


def test_line_waits_for_the_whole_answer(server: _Scripted, lines: RedisLines) -> None:
    """An answer that comes in pieces, and two answers that come at once."""
    server.answers = [(b"$6\r\nab", b"cd", b"ef\r\n:7\r\n")]
    assert lines.commands([("GET", "k"), ("INCR", "n")]) == [b"abcdef", 7]


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        (b"-NOSCRIPT No matching script.\r\n", NoScriptError),
        (b"-OOM command not allowed\r\n", OutOfMemoryError),
        (b"-READONLY You can't write against a read only replica.\r\n", ReadOnlyError),
        (b"-ERR unknown\r\n", ResponseError),
    ],
)
def test_refusal_has_the_kind_that_redis_py_gives_it(
    server: _Scripted, lines: RedisLines, refusal: bytes, kind: type[ResponseError]
) -> None:
    """Its parser is asked under a private name: a release that moves it fails here, and not in a login."""
    server.answers = [(refusal,), (b"+PONG\r\n",)]
    with pytest.raises(kind):
        lines.command("PING")
    assert (lines.command("PING"), server.connections) == (b"PONG", 1)


def test_line_that_got_no_answer_is_not_used_again(server: _Scripted, lines: RedisLines) -> None:
    """What came late would be taken for the answer to the next command."""
    server.answers = [(), (b"$1\r\nv\r\n",)]
    with pytest.raises(AnswerTimeout):
        lines.command("GET", "k")
    assert (lines.command("GET", "k"), server.connections) == (b"v", 2)


def test_line_that_the_server_closed_is_left(server: _Scripted, lines: RedisLines) -> None:
    """A connection that was closed while it was idle is noticed before anything is sent over it."""
    server.answers = [(b"+OK\r\n",)]
    lines.command("PING")
    assert server.hung_up.wait(5)
    server.answers = [(b"+PONG\r\n",)]
    assert (lines.command("PING"), server.connections) == (b"PONG", 2)


def test_server_that_hangs_up_within_an_answer_is_lost(server: _Scripted, lines: RedisLines) -> None:
    """Half an answer is none."""
    server.answers = [(b"$6\r\nab",)]
    with pytest.raises(ConnectionLost):
        lines.command("GET", "k")


def test_lines_of_a_real_server_are_one_for_each_at_once() -> None:
    """As many connections as commands were ever under way, and no more."""
    with running_redis() as redis:
        made = RedisLines(ConnectionPool.from_url(redis.url, protocol=2))
        clients = {made.command("CLIENT", "ID") for _ in range(5)}
        made.close()
    assert len(clients) == 1
