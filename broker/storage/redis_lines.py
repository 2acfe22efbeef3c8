"""Kept connections to one Redis server: pop one, send, read, put it back.

redis-py's client does more for every command than Redis itself does: a locked pool, retries that we forbid
anyway, and metrics that nobody reads. Its connections, which do the real work, are used here without it.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from redis import ConnectionError as ConnectionLost
from redis import ConnectionPool, ResponseError
from redis.connection import ConnectionInterface


class RedisLines:
    """Sends commands, each over a connection that it has for itself; safe to share between threads.

    There are as many connections as commands were ever under way at once. Raises `redis.RedisError`.
    """

    def __init__(self, pool: ConnectionPool) -> None:
        """`pool` says how to connect; none of its own connections is used."""
        self._make = pool.connection_class
        self._how = pool.connection_kwargs
        # Its pop and append are atomic, so no lock is needed.
        self._idle: deque[ConnectionInterface] = deque()

    def command(self, *words: bytes | str | int) -> Any:  # noqa: ANN401 - what Redis answers depends on the command
        """Send one command, once, and give Redis's answer as it came (RESP2)."""
        line = self._take()
        try:
            line.send_command(*words)  # type: ignore[no-untyped-call] # redis-py left it untyped
            answer = line.read_response()
        except ResponseError:
            # Redis spoke: the connection is in order.
            self._idle.append(line)
            raise
        except BaseException:
            _hang_up(line)
            raise
        self._idle.append(line)
        return answer

    def close(self) -> None:
        """Hang up everywhere."""
        while self._idle:
            _hang_up(self._idle.pop())

    def _take(self) -> ConnectionInterface:
        try:
            line = self._idle.pop()
        except IndexError:
            fresh: ConnectionInterface = self._make(**self._how)
            return fresh
        if _was_closed(line):
            _hang_up(line)
        # A connection that hung up connects anew when it sends.
        return line


def _hang_up(line: ConnectionInterface) -> None:
    line.disconnect()  # type: ignore[no-untyped-call] # redis-py left it untyped


def _was_closed(line: ConnectionInterface) -> bool:
    """Whether the server hung up while the line was idle; nothing has been sent yet, so nothing is lost."""
    try:
        return line.can_read()
    except ConnectionLost:
        return True
