"""A deployment for one benchmark: Redis, database, providers and broker, each a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.files import accounts_file, make_files
from bench.load import Sites
from demo.digid.addresses import METADATA_PATH, Addresses
from demo.eherkenning.addresses import METADATA_PATH as MAKELAAR_METADATA_PATH
from demo.eherkenning.addresses import Addresses as MakelaarAddresses
from demo.processes import end_children, start_child, tail
from demo.redis_server import start_redis

_READY_SECONDS = 60.0
_BACKGROUND = " worker "
# Everybody here comes from one address. What a block does is counted as ever, and never too much.
_ROOM_FOR_ALL = {
    f"BROKER_LIMITS__{limit}": "10000000"
    for limit in (
        "LOGINS_BEGUN_A_MINUTE",
        "FORMS_POSTED_A_MINUTE",
        "WRONG_PASSWORDS_A_QUARTER",
        "ALARM_WRONG_PASSWORDS_AN_HOUR",
    )
}
Preparation = Callable[["Stage"], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to put up. `database` is a URL, or None for a fresh SQLite file.

    `prepare` is called when everything but the broker's server stands. `makelaar`: with somebody to go to
    for eHerkenning.
    """

    workers: int = 1
    delay_ms: int = 0
    makelaar: bool = False
    database: str | None = None
    prepare: Preparation | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that runs. `environment` is what the broker's processes were started with."""

    state: Path
    config: Path
    environment: dict[str, str]
    sites: Sites
    redis_socket: Path
    database_url: str
    server: list[int]

    def cpu_seconds(self) -> float:
        """CPU of the broker's own processes so far: server, its workers, and the background worker."""
        return cpu.seconds_of(cpu.tree(self.server[0]))

    def worker_processes(self) -> tuple[int, ...]:
        """The processes that serve requests: the server's children that are not the background worker."""
        below = cpu.tree(self.server[0])[1:]
        return tuple(pid for pid in below if _BACKGROUND not in cpu.command_of(pid))


@contextmanager
def standing(wanted: Wanted) -> Iterator[Stage]:
    """Put a deployment up, and leave no process and no file behind."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="voordeur-bench-")))
        state = folder / "state"
        issuer, digid, makelaar = _urls()
        make_files(folder, state, issuer, digid, makelaar)
        redis = start_redis(state)
        stack.callback(redis.stop)
        redis.wait_until_ready()
        database_url = wanted.database or f"sqlite:///{state}/voordeur.db"
        environment = {
            **os.environ,
            "BROKER_ISSUER": issuer,
            "BROKER_STORAGE__REDIS_URL": redis.url,
            "BROKER_STORAGE__DATABASE_URL": database_url,
            **_ROOM_FOR_ALL,
        }
        sites = Sites.of_state(issuer, digid.front, makelaar.front, state)
        stage = Stage(state, folder / "config", environment, sites, redis.socket, database_url, [])
        _prepare_broker(stage)
        if wanted.prepare:
            wanted.prepare(stage)
        _start_providers(stack, stage, wanted, digid, makelaar)
        serve = broker(stage, "serve", "--bind", issuer.partition("//")[2], "--workers", str(wanted.workers))
        server = _started(stack, f"{issuer}/health/ready", serve, state / "log/broker.log", environment)
        stage.server.append(server.pid)
        yield stage


def _start_providers(
    stack: ExitStack, stage: Stage, wanted: Wanted, digid: Addresses, makelaar: MakelaarAddresses
) -> None:
    def start(module: str, ready_url: str, addresses: Addresses | MakelaarAddresses, *more: str) -> None:
        argv = ["--state", str(stage.state), "--front", addresses.front, "--back", addresses.back, *more]
        log = stage.state / f"log/{module}.log"
        _started(stack, ready_url, [sys.executable, "-m", module, *argv], log, os.environ)

    start("bench.idp", f"{digid.front}{METADATA_PATH}", digid, "--delay-ms", str(wanted.delay_ms))
    if wanted.makelaar:
        _connect_to_makelaar(stage)
        start("bench.makelaar", f"{makelaar.front}{MAKELAAR_METADATA_PATH}", makelaar)


def broker(stage: Stage, *arguments: str) -> list[str]:
    """The command line of one `broker` command on this stage."""
    return [sys.executable, "-m", "broker.cli", *arguments, "--config", str(stage.config)]


def run_broker(stage: Stage, *arguments: str) -> bytes:
    """Run one `broker` command to its end; what it printed."""
    done = subprocess.run(
        broker(stage, *arguments), env=stage.environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def _prepare_broker(stage: Stage) -> None:
    metadata = run_broker(stage, "metadata", "digid", "--brand", "cz")
    (stage.state / "digid/sp/cz.xml").write_bytes(metadata)
    run_broker(stage, "db", "upgrade")
    run_broker(stage, "import", str(accounts_file(stage.state)))


def _connect_to_makelaar(stage: Stage) -> None:
    for folder, document in {"sp": "eherkenning", "catalogue": "catalogue"}.items():
        place = stage.state / "eherkenning" / folder
        place.mkdir()
        (place / "zz.xml").write_bytes(run_broker(stage, "metadata", document, "--brand", "zz"))


def _urls() -> tuple[str, Addresses, MakelaarAddresses]:
    """Of the broker, of DigiD and of the makelaar; all ports are held until each has been chosen."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(5)]
        own, front, back, other_front, other_back = (f"127.0.0.1:{one.getsockname()[1]}" for one in held)
    digid = Addresses(front=f"http://{front}", back=f"https://{back}")
    makelaar = MakelaarAddresses(front=f"http://{other_front}", back=f"https://{other_back}")
    return f"http://{own}", digid, makelaar


def _started(
    stack: ExitStack, ready_url: str, argv: Sequence[str], log: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """A child of the stage that answers at its address."""
    child = start_child(argv, log, environment)
    stack.callback(end_children, [child])
    _wait(ready_url, child, log)
    return child


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with contextlib.suppress(urllib.error.HTTPError, OSError):
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - an address that was made above
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{url} did not come up:\n{tail(log)}")
        time.sleep(0.05)
