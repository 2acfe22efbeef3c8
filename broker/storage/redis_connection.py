"""The way to Redis: one server or a cluster, by URL, with our timeouts and our one error.

Every call is one round trip, or none where writes travel together. Nothing is sent twice: after a lost
connection nobody knows whether a single-use record was taken, and asking again would tell its rightful
owner that it was spent.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

from redis import Redis, RedisCluster, RedisError
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode
from redis.exceptions import NoScriptError, RedisClusterException, ResponseError
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry

from broker.errors import ConfigurationError, StorageUnavailable
from broker.storage.lua_script import LuaScript
from broker.storage.redis_lines import RedisLines, Words
from broker.tracing import storage_span

_Made = TypeVar("_Made")

_CLUSTER_SCHEMES = {"redis+cluster": False, "rediss+cluster": True}
_SINGLE_SCHEMES = frozenset({"redis", "rediss", "unix"})
_TLS_OPTIONS = frozenset({"ssl_ca_certs", "ssl_certfile", "ssl_keyfile"})
_DEFAULT_PORT = 6379
_URL_FAULT = (
    "the Redis URL must be redis://, rediss:// or unix://, or redis+cluster://host:port,host:port "
    "(rediss+cluster:// with TLS)"
)


@dataclass(frozen=True, slots=True)
class RedisTimeouts:
    """How long to wait for Redis before saying that it is away."""

    connect_seconds: float = 2.0
    answer_seconds: float = 2.0


class _Command(NamedTuple):
    """What is sent; the script when it is one by its hash."""

    words: Words
    script: LuaScript | None


class _Waiting(threading.local):
    """What this thread has written and not yet sent; None when it is sent at once."""

    writes: list[_Command] | None = None


class RedisConnection:
    """The commands that the record store needs, typed; safe to share between threads of one process.

    Every method raises `StorageUnavailable` when Redis does not answer or refuses; its detail holds the
    kind of error and Redis's own error word, never a value.
    """

    def __init__(self, client: Redis | RedisCluster) -> None:
        self._client = client
        self._lines = RedisLines(client.connection_pool) if isinstance(client, Redis) else None
        self._waiting = _Waiting()
        # The sockets outlive whoever forgets this: the collector ends sockets and their owners in any order.
        weakref.finalize(self, _close, client, self._lines).atexit = False

    @contextmanager
    def together(self) -> Iterator[None]:
        """What the block writes without wanting an answer (`set`, `run_later`) travels in one round trip.

        It leaves at the end of the block, or just before a command of this thread that wants an answer, in
        the order in which it was written. A block that raises leaves unwritten what has not left yet.
        """
        if self._waiting.writes is not None:
            # A block within a block: it leaves with the rest.
            yield
            return
        self._waiting.writes = []
        try:
            yield
            if self._waiting.writes:
                self._send(self._waiting.writes)
        finally:
            self._waiting.writes = None

    def get(self, key: str) -> bytes | None:
        """The record at `key`."""
        record: bytes | None = self._ask("GET", key)
        return record

    def set(self, key: str, record: bytes, *, time_to_live_ms: int) -> None:
        """Stores `record`, whatever was there."""
        self._write(("SET", key, record, "PX", time_to_live_ms))

    def fields(self, key: str) -> dict[bytes, bytes]:
        """All fields of the hash at `key`; empty when there is none."""
        answer = self._ask("HGETALL", key)
        # A single server answers with names and values in turn; the cluster's client has paired them.
        return answer if isinstance(answer, dict) else dict(zip(answer[::2], answer[1::2], strict=True))

    def drop_field(self, key: str, name: str) -> None:
        """Removes one field of the hash at `key`, if it is there."""
        self._ask("HDEL", key, name)

    def run(self, script: LuaScript, key: str, *arguments: bytes | str | int) -> bytes | int | None:
        """Runs a script on one key; its text travels only when the server does not know it yet."""
        answer: bytes | int | None = self._ask("EVALSHA", script.sha1, 1, key, *arguments, script=script)
        return answer

    def run_later(self, script: LuaScript, key: str, *arguments: bytes | str | int) -> None:
        """The same for a script whose answer nobody wants."""
        self._write(("EVALSHA", script.sha1, 1, key, *arguments), script)

    def each_server(self) -> Iterator[tuple[str, Redis]]:
        """Every server behind this connection with its name, for the checks at start."""
        with _redis_errors():
            if isinstance(self._client, Redis):
                yield "Redis", self._client
                return
            for node in self._client.get_nodes():  # type: ignore[no-untyped-call] # redis-py left it untyped
                yield f"Redis {node.name}", self._client.get_redis_connection(node)

    def close(self) -> None:
        """Gives the sockets back; the connection may not be used afterwards. Forgetting it does the same."""
        _close(self._client, self._lines)

    def _write(self, words: Words, script: LuaScript | None = None) -> None:
        waiting = self._waiting.writes
        if waiting is None:
            self._send([_Command(words, script)])
        else:
            waiting.append(_Command(words, script))

    def _ask(self, *words: bytes | str | int, script: LuaScript | None = None) -> Any:  # noqa: ANN401 - depends on the command
        command = _Command(words, script)
        waiting = self._waiting.writes
        if not waiting:
            return self._send([command])
        self._waiting.writes = []
        return self._send([*waiting, command])

    def _send(self, commands: list[_Command]) -> Any:  # noqa: ANN401 - as `_ask`
        """Send all in their order; the answer to the last."""
        try:
            with storage_span("redis"):
                if self._lines is None:
                    answers = [
                        self._by_cluster(self._client.execute_command, command) for command in commands
                    ]
                else:
                    answers = self._by_line(self._lines, commands)
        except (RedisError, RedisClusterException) as error:
            raise _away(error) from error
        return answers[-1]

    def _by_line(self, lines: RedisLines, commands: list[_Command]) -> list[Any]:
        answers = lines.commands([words for words, _ in commands])
        for place, answer in enumerate(answers):
            if isinstance(answer, ResponseError):
                answers[place] = self._again(lines.command, commands[place], answer)
        return answers

    def _by_cluster(self, send: Callable[..., Any], command: _Command) -> Any:  # noqa: ANN401 - as `_ask`
        try:
            return send(*command.words)
        except NoScriptError as refusal:
            return self._again(send, command, refusal)

    def _again(self, send: Callable[..., Any], command: _Command, refusal: ResponseError) -> Any:  # noqa: ANN401 - as `_ask`
        """Nothing ran when the server did not know the script, so this is the first time, not the second."""
        if command.script is None or not isinstance(refusal, NoScriptError):
            raise refusal
        return send("EVAL", command.script.text, *command.words[2:])


def _close(client: Redis | RedisCluster, lines: RedisLines | None) -> None:
    if lines:
        lines.close()
    client.close()


def connect_redis(url: str, *, timeouts: RedisTimeouts = RedisTimeouts()) -> RedisConnection:
    """Makes the connection that `url` describes.

    One server: nothing is sent before the first command. A cluster: its nodes are asked for the map of
    slots at once (`StorageUnavailable` when none answers). `ConfigurationError` when the URL is not one
    of ours; the URL, which may hold a password, is not repeated.
    """
    if _is_cluster(url):
        return RedisConnection(_cluster(url, timeouts))
    return RedisConnection(_single(url, timeouts))


def judge_redis_url(url: str) -> None:
    """Refuses a URL as `connect_redis` does, and sends nothing, to a cluster neither."""
    if _is_cluster(url):
        _nodes(url)
    else:
        _single(url, RedisTimeouts()).close()


def _is_cluster(url: str) -> bool:
    scheme, found, _ = url.partition("://")
    if not found or scheme not in _CLUSTER_SCHEMES.keys() | _SINGLE_SCHEMES:
        raise ConfigurationError((_URL_FAULT,))
    return scheme in _CLUSTER_SCHEMES


def _single(url: str, timeouts: RedisTimeouts) -> Redis:
    return _or_fault(lambda: Redis.from_url(url, **_options(timeouts)))


def _cluster(url: str, timeouts: RedisTimeouts) -> RedisCluster:
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    user, _, password = credentials.partition(":")
    options = _options(timeouts)
    if _CLUSTER_SCHEMES[parts.scheme]:
        asked = dict(parse_qsl(parts.query))
        options |= {"ssl": True} | {name: asked[name] for name in _TLS_OPTIONS & asked.keys()}
    if credentials:
        options |= {"username": unquote(user) or None, "password": unquote(password)}
    with _redis_errors():
        return RedisCluster(startup_nodes=_nodes(url), **options)


def _nodes(url: str) -> list[ClusterNode]:
    hosts = urlsplit(url).netloc.rpartition("@")[2]
    return _or_fault(lambda: [_node(host) for host in hosts.split(",")])


def _node(address: str) -> ClusterNode:
    parts = urlsplit(f"//{address}")
    if not parts.hostname:
        raise ValueError("a node has no host")
    return ClusterNode(  # type: ignore[no-untyped-call] # redis-py left it untyped
        parts.hostname, parts.port or _DEFAULT_PORT
    )


def _options(timeouts: RedisTimeouts) -> dict[str, Any]:
    return {
        "socket_connect_timeout": timeouts.connect_seconds,
        "socket_timeout": timeouts.answer_seconds,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
        # Redis 6.2 does not know what these ask; asking would cost a round trip with every new connection.
        "driver_info": None,
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
    }


def _or_fault(make: Callable[[], _Made]) -> _Made:
    try:
        return make()
    except ValueError:
        raise ConfigurationError((_URL_FAULT,)) from None


@contextmanager
def _redis_errors() -> Iterator[None]:
    try:
        with storage_span("redis"):
            yield
    except (RedisError, RedisClusterException) as error:
        raise _away(error) from error


def _away(error: Exception) -> StorageUnavailable:
    return StorageUnavailable(f"Redis: {type(error).__name__} {_error_word(error)}".rstrip())


def _error_word(error: Exception) -> str:
    """Redis's own word for the error (``OOM``, ``READONLY``), which stands first and in capitals."""
    word = str(error).partition(" ")[0]
    return word if word.isalpha() and word.isupper() else ""
