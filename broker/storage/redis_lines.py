"""Kept connections to one Redis server: pop one, send, read, put it back.

redis-py's client does more for every command than Redis itself does: a locked pool, retries that we forbid
anyway, and metrics that nobody reads. Its connections connect and log in here; then words go out and answers
come in through the socket and hiredis alone.
"""

from __future__ import annotations

import select
from collections import deque
from collections.abc import Callable, Sequence
from socket import socket
from typing import Any, cast

import hiredis
from redis import ConnectionError as ConnectionLost
from redis import ConnectionPool, RedisError, ResponseError
from redis import TimeoutError as AnswerTimeout

Words = tuple[bytes | str | int, ...]

_READ_BYTES = 64 * 1024


class RedisLines:
    """Sends commands, each over a connection that it has for itself; safe to share between threads.

    There are as many connections as commands were ever under way at once. Raises `redis.RedisError`.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        """`pool` says how to connect; none of its own connections is used."""
        self._make = pool.connection_class
        self._how = pool.connection_kwargs
        # Its pop and append are atomic, so no lock is needed.
        self._idle: deque[_Line] = deque()

    def command(self, *words: bytes | str | int) -> Any:  # noqa: ANN401 - what Redis answers depends on the command
        """Send one command, once, and give Redis's answer as it came (RESP2)."""
        (answer,) = self.commands([words])
        if isinstance(answer, ResponseError):
            raise answer
        return answer

    def commands(self, commands: Sequence[Words]) -> list[Any]:
        """Send several in one go; the answers in their order, a refusal among them as a `ResponseError`."""
        line = self._take()
        try:
            answers = line.ask(commands)
        except BaseException:
            line.hang_up()
            raise
        self._idle.append(line)
        return answers

    def close(self) -> None:
        """Hang up everywhere."""
        while self._idle:
            self._idle.pop().hang_up()

    def _take(self) -> _Line:
        while self._idle:
            try:
                line = self._idle.pop()
            except IndexError:  # Another thread took the last one.
                break
            if not line.was_closed():
                return line
            line.hang_up()
        return _Line(self._make(**self._how))


class _Line:
    """One connection. After an error it may not be used again."""

    def __init__(self, connection: Any) -> None:  # noqa: ANN401 - redis-py left what we need untyped
        connection.connect()
        self._connection = connection
        # Its parser knows which refusal is which error; redis-py has no public name for that.
        # The socket stays with its connection alone, which closes it when both are forgotten together.
        self._reader = hiredis.Reader(replyError=connection._parser.parse_error)  # noqa: SLF001 - see above
        self._poll = select.poll()
        self._poll.register(connection._sock, select.POLLIN)  # noqa: SLF001 - redis-py has no public name for it

    def ask(self, commands: Sequence[Words]) -> list[Any]:
        line: socket = self._connection._sock  # noqa: SLF001 - see above
        try:
            line.sendall(b"".join(map(_packed, commands)))
            return [self._answer(line) for _ in commands]
        except RedisError:
            raise
        except TimeoutError as error:
            raise AnswerTimeout("no answer in time") from error
        except OSError as error:
            raise ConnectionLost("the connection was lost") from error

    def was_closed(self) -> bool:
        """Whether the server hung up while the line was idle; nothing was sent yet, so nothing is lost."""
        return bool(self._poll.poll(0))

    def hang_up(self) -> None:
        self._connection.disconnect()

    def _answer(self, line: socket) -> Any:  # noqa: ANN401 - as `RedisLines.command`
        # False means that the answer is not complete; RESP2 has no false of its own.
        while (answer := self._reader.gets()) is False:
            received = line.recv(_READ_BYTES)
            if not received:
                raise ConnectionLost("the server hung up")
            self._reader.feed(received)
        return answer


# hiredis's stub allows one word only and says nothing of what comes back.
_packed = cast("Callable[[Words], bytes]", hiredis.pack_command)
