"""A deployment for one benchmark: Redis, database, DigiD and `broker serve`, each a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench import cpu
from bench.idp import PEOPLE_FILE
from bench.load import Sites
from demo.digid.addresses import METADATA_PATH, Addresses
from demo.digid.metadata import idp_metadata
from demo.digid.simulator import load_signer
from demo.eherkenning import simulator as eherkenning
from demo.eherkenning.addresses import Addresses as MakelaarAddresses
from demo.eherkenning.metadata import hm_metadata
from demo.pki import make_pki
from demo.processes import end_children, start_child, tail
from demo.redis_server import start_redis

SAMPLE_CONFIG = Path(__file__).parents[1] / "config"
PEOPLE = 400
_READY_SECONDS = 60.0
_CLOCK = re.compile(r"^\[clock\]\n.*\n", re.MULTILINE)
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

    `prepare` is called when everything but the broker's server stands.
    """

    workers: int = 1
    delay_ms: int = 0
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
        issuer, front, back = _urls()
        _make_files(folder, state, issuer, Addresses(front=front, back=back))
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
        stage = Stage(
            state,
            folder / "config",
            environment,
            Sites.of_state(issuer, front, state),
            redis.socket,
            database_url,
            [],
        )
        _prepare_broker(stage)
        if wanted.prepare:
            wanted.prepare(stage)
        log = state / "log"
        argv = ["--state", str(state), "--front", front, "--back", back, "--delay-ms", str(wanted.delay_ms)]
        digid = start_child([sys.executable, "-m", "bench.idp", *argv], log / "digid.log", os.environ)
        stack.callback(end_children, [digid])
        serve = ["serve", "--bind", issuer.partition("//")[2], "--workers", str(wanted.workers)]
        server = start_child(broker(stage, *serve), log / "broker.log", environment)
        stack.callback(end_children, [server])
        stage.server.append(server.pid)
        _wait(f"{front}{METADATA_PATH}", digid, log / "digid.log")
        _wait(f"{issuer}/health/ready", server, log / "broker.log")
        yield stage


def broker(stage: Stage, *arguments: str) -> list[str]:
    """The command line of one `broker` command on this stage."""
    return [sys.executable, "-m", "broker.cli", *arguments, "--config", str(stage.config)]


def run_broker(stage: Stage, *arguments: str) -> bytes:
    """Run one `broker` command to its end; what it printed."""
    done = subprocess.run(
        broker(stage, *arguments), env=stage.environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout


def numbers(count: int) -> list[str]:
    """`count` numbers that pass the eleven test of a BSN, of the range that is never given out."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2)
    found: list[str] = []
    body = 99_000_000
    while len(found) < count:
        last = sum(weight * int(digit) for weight, digit in zip(weights, str(body), strict=True)) % 11
        if last < 10:
            found.append(f"{body}{last}")
        body += 1
    return found


def _make_files(folder: Path, state: Path, issuer: str, digid: Addresses) -> None:
    make_pki(state)
    (state / "digid/sp").mkdir(parents=True)
    (state / "digid/idp-metadata.xml").write_bytes(idp_metadata(digid, load_signer(state)))
    # The sample configuration names a herkenningsmakelaar; nobody goes there in a benchmark.
    (state / "eherkenning").mkdir()
    makelaar = hm_metadata(MakelaarAddresses(), eherkenning.load_signer(state))
    (state / "eherkenning/hm-metadata.xml").write_bytes(makelaar)
    (state / PEOPLE_FILE).write_text(json.dumps(numbers(PEOPLE)), encoding="utf-8")
    shutil.copytree(SAMPLE_CONFIG, folder / "config")
    for file in (folder / "config").rglob("*.toml"):
        # The demo's movable clock asks the file system at every look; a deployment's clock does not.
        words = _CLOCK.sub("", file.read_text(encoding="utf-8")).replace("../var/demo", str(state))
        file.write_text(words.replace("http://localhost:8000", issuer), encoding="utf-8")


def _prepare_broker(stage: Stage) -> None:
    metadata = run_broker(stage, "metadata", "digid", "--brand", "cz")
    (stage.state / "digid/sp/cz.xml").write_bytes(metadata)
    run_broker(stage, "db", "upgrade")
    file = stage.state / "accounts.jsonl"
    people = (
        {
            "kind": "consumer_account",
            "brand": "cz",
            "bsn": bsn,
            "name": f"Persoon {bsn}",
            "email": f"{bsn}@voorbeeld.example",
        }
        for bsn in numbers(PEOPLE)
    )
    file.write_text("".join(json.dumps(person) + "\n" for person in people), encoding="utf-8")
    run_broker(stage, "import", str(file))


def _urls() -> tuple[str, str, str]:
    """Three free ports, all held until each has been chosen."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(3)]
        broker_port, front, back = (one.getsockname()[1] for one in held)
    return f"http://127.0.0.1:{broker_port}", f"http://127.0.0.1:{front}", f"https://127.0.0.1:{back}"


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while True:
        with contextlib.suppress(urllib.error.HTTPError, OSError):
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310 - an address that was made above
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{url} did not come up:\n{tail(log)}")
        time.sleep(0.05)
