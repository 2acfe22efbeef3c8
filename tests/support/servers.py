"""Real servers for the tests: Redis alone, Redis as a cluster, PostgreSQL; private and short-lived.

Each is a context manager, listens on a unix socket in a folder of its own (a cluster: on free loopback
ports) and is gone when the tests are, however they ended.
"""

from __future__ import annotations

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from redis import Redis, RedisError

_GUARD = Path(__file__).with_name("guard.py")
_READY_WITHIN_SECONDS = 30
_CLUSTER_NODES = 3
_SLOTS = 16384
_BUS_PORT_OFFSET = 10_000


class RedisServer(NamedTuple):
    """A running Redis. `processes` are the pipes that keep it alive; `stop` ends it early."""

    url: str
    stop: Callable[[], None]


class PostgresServer(NamedTuple):
    """A running PostgreSQL; `folder` holds its socket, `user` is its superuser."""

    folder: Path
    user: str

    def url(self, database: str) -> str:
        """For `broker.storage.database.Database`."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    def run(self, statement: bytes) -> None:
        """One statement outside any transaction (CREATE DATABASE wants that)."""
        with psycopg.connect(
            host=str(self.folder), user=self.user, dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement)


@contextmanager
def running_redis(*options: str, socket_file: Path | None = None) -> Iterator[RedisServer]:
    """One Redis on a unix socket; `options` as on its command line.

    With a `socket_file` of the caller's it can be started again where it was.
    """
    folder = _new_folder("redis")
    path = socket_file or folder / "redis.sock"
    arguments = ["--port", "0", "--unixsocket", str(path), "--save", "", *options]
    command = [_program("redis-server"), *arguments]
    with _guarded(folder, command) as stop:
        client = Redis(unix_socket_path=str(path))
        _wait_until(lambda: _answers(client), folder)
        client.close()
        yield RedisServer(f"unix://{path}", stop)


@contextmanager
def running_redis_cluster() -> Iterator[RedisServer]:
    """Three primaries that share the slots between them; stopping means all of them."""
    with ExitStack() as stack:
        nodes = [stack.enter_context(_cluster_node()) for _ in range(_CLUSTER_NODES)]
        ports = [port for port, _ in nodes]
        clients = [stack.enter_context(Redis(host="127.0.0.1", port=port)) for port in ports]
        for number, client in enumerate(clients):
            first, end = (_SLOTS * part // _CLUSTER_NODES for part in (number, number + 1))
            client.execute_command("CLUSTER", "ADDSLOTS", *range(first, end))
            client.execute_command("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
            client.execute_command("CLUSTER", "MEET", "127.0.0.1", ports[0])
        for client in clients:
            _wait_until(lambda client=client: _is_whole(client), Path())  # type: ignore[misc] # a default of a lambda

        def stop() -> None:
            for _, stop_node in nodes:
                stop_node()

        yield RedisServer("redis+cluster://" + ",".join(f"127.0.0.1:{port}" for port in ports), stop)


@contextmanager
def running_postgres(*more_settings: str) -> Iterator[PostgresServer]:
    """One PostgreSQL made from nothing, without the care for power failures that tests do not need.

    `more_settings` (``fsync=on``) win over what tests want.
    """
    server = new_postgres()
    # SIGINT is PostgreSQL's fast shutdown, which does not wait for clients.
    command = _postgres_command(server, *more_settings)
    with _guarded(server.folder, command, stop_signal=signal.SIGINT, user=_account(server)):
        _wait_until(lambda: _takes_connections(server), server.folder)
        yield server


@contextmanager
def serving_postgres(server: PostgresServer) -> Iterator[None]:
    """Start what `new_postgres` made; may be done again after it was stopped."""
    folder = _new_folder("postgres-run")
    if account := _account(server):
        shutil.chown(folder, account, account)
    with _guarded(folder, _postgres_command(server), stop_signal=signal.SIGINT, user=_account(server)):
        _wait_until(lambda: _takes_connections(server), folder)
        yield


def new_postgres() -> PostgresServer:
    """A PostgreSQL that does not run yet, in a folder of its own."""
    folder = _new_folder("postgres")
    # PostgreSQL refuses to run as root; then it runs as the user that its package made.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    account = user if os.geteuid() == 0 else None
    if account:
        shutil.chown(folder, account, account)
    data = folder / "data"
    initdb = [_program("initdb"), "-D", str(data), "-U", user, "-A", "trust", "-E", "UTF8", "--no-locale"]
    made = subprocess.run(
        [*initdb, "--no-sync"],
        check=False,
        capture_output=True,
        text=True,
        user=account,
        group=account,
        extra_groups=[] if account else None,
        cwd=folder,
    )
    if made.returncode:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.fail(f"initdb failed: {made.stderr}")
    return PostgresServer(folder, user)


def _postgres_command(server: PostgresServer, *more_settings: str) -> list[str]:
    settings = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=100")
    command = [_program("postgres"), "-D", str(server.folder / "data"), "-k", str(server.folder)]
    for setting in (*settings, *more_settings):
        command += ["-c", setting]
    return command


def _account(server: PostgresServer) -> str | None:
    """As whom it runs, when that is not as whom the tests run."""
    return server.user if os.geteuid() == 0 else None


@contextmanager
def _cluster_node() -> Iterator[tuple[int, Callable[[], None]]]:
    folder = _new_folder("cluster")
    port = _free_port_with_bus()
    options = {
        "port": str(port),
        "bind": "127.0.0.1",
        "save": "",
        "cluster-enabled": "yes",
        "cluster-config-file": "nodes.conf",
        "cluster-node-timeout": "5000",
    }
    command = [_program("redis-server")]
    for name, value in options.items():
        command += [f"--{name}", value]
    with _guarded(folder, command) as stop:
        client = Redis(host="127.0.0.1", port=port)
        _wait_until(lambda: _answers(client), folder)
        client.close()
        yield port, stop


@contextmanager
def _guarded(
    folder: Path, command: list[str], *, stop_signal: signal.Signals = signal.SIGTERM, user: str | None = None
) -> Iterator[Callable[[], None]]:
    order = {"folder": str(folder), "command": command, "stop_signal": int(stop_signal), "user": user}
    guard = subprocess.Popen(
        [sys.executable, "-I", str(_GUARD), json.dumps(order)],
        stdin=subprocess.PIPE,
        # Ctrl-C at the terminal is for the tests; the guard hears of their end through the pipe.
        start_new_session=True,
    )

    def stop() -> None:
        if guard.stdin and not guard.stdin.closed:
            guard.stdin.close()
        guard.wait()

    try:
        yield stop
    finally:
        stop()


def _new_folder(name: str) -> Path:
    # Not below pytest's own folder: that one is closed to other users, and a socket's path must be short.
    return Path(tempfile.mkdtemp(prefix=f"voordeur-{name}-"))


def _program(name: str) -> str:
    found = shutil.which(name)
    if found:
        return found
    versions = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[4])
    )
    if not versions:
        pytest.fail(f"{name} is not on this machine; on Debian: apt install redis-server postgresql")
    return str(versions[-1])


def _free_port_with_bus() -> int:
    """A port that is free together with the one that Redis derives from it for the talk between nodes."""
    while True:
        # Below the range from which the system gives ports to outgoing connections.
        port = 15_000 + secrets.randbelow(7_000)
        try:
            with (
                socket.create_server(("127.0.0.1", port)),
                socket.create_server(("127.0.0.1", port + _BUS_PORT_OFFSET)),
            ):
                return port
        except OSError:
            continue


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except RedisError:
        return False


def _is_whole(client: Redis) -> bool:
    # Named by two words, the command's answer is plain text.
    info: bytes = client.execute_command("CLUSTER", "INFO")  # type: ignore[no-untyped-call] # redis-py left it untyped
    return b"cluster_state:ok" in info and b"cluster_known_nodes:%d" % _CLUSTER_NODES in info


def _takes_connections(server: PostgresServer) -> bool:
    try:
        psycopg.connect(host=str(server.folder), user=server.user, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _wait_until(ready: Callable[[], bool], folder: Path) -> None:
    deadline = time.monotonic() + _READY_WITHIN_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            log = folder / "log"
            pytest.fail("a server did not start: " + (log.read_text() if log.exists() else "no log"))
        time.sleep(0.02)
