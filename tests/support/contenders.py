"""Many callers at once: fifty threads in each of two processes, let go at the same moment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import datetime

from broker.storage.keyed_hash import NameKey
from broker.storage.record_keys import RecordKeys
from broker.storage.records import NeverThere, RecordKey, RecordKind, RecordStore, SpentFirst
from broker.storage.redis_connection import connect_redis
from broker.storage.sealing import DataKey, Sealer

PROCESSES = 2
THREADS = 50


@dataclass(frozen=True)
class Race:
    """What the contenders contend for, as text, because it travels to other processes."""

    act: str
    redis_url: str
    data_key_id: str
    data_key_hex: str
    name_key_hex: str
    now: str
    expires_at: str
    rounds: int

    def key(self, number: int) -> RecordKey:
        """The record of one round."""
        return RecordKey(RecordKind.CODE, "race", f"round {number}")

    def store(self) -> RecordStore:
        """A store with a connection of its own, on a clock that stands still."""
        keys = RecordKeys(
            Sealer([DataKey(self.data_key_id, bytes.fromhex(self.data_key_hex))]),
            NameKey(bytes.fromhex(self.name_key_hex)),
        )
        now = datetime.fromisoformat(self.now)
        return RecordStore(connect_redis(self.redis_url), keys, lambda: now)

    def end(self) -> datetime:
        """When records and traces expire."""
        return datetime.fromisoformat(self.expires_at)


def run_race(race: Race) -> list[list[str]]:
    """For every round what each of the hundred contenders saw."""
    command = [sys.executable, "-m", "tests.support.contenders", json.dumps(asdict(race))]
    runners = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) for _ in range(PROCESSES)
    ]
    for runner in runners:
        if runner.stdout and runner.stdout.readline() != b"ready\n":
            raise RuntimeError("a process of contenders did not start")
    # All are waiting; the end of their input is the starting shot.
    outputs = [runner.communicate()[0] for runner in runners]
    seen: list[list[list[str]]] = [json.loads(output) for output in outputs]
    return [[outcome for process in seen for outcome in process[number]] for number in range(race.rounds)]


def _take(race: Race, store: RecordStore, number: int, _name: str) -> str:
    return "won" if store.take(race.key(number)) is not None else "lost"


def _set_once(race: Race, store: RecordStore, number: int, name: str) -> str:
    return "won" if store.set_once(race.key(number), name.encode(), expires_at=race.end()) else "lost"


def _count(race: Race, store: RecordStore, number: int, _name: str) -> str:
    return str(store.count(race.key(number), window_seconds=60))


def _spend(race: Race, store: RecordStore, number: int, name: str) -> str:
    outcome = store.spend(race.key(number), trace=name.encode(), keep_trace_until=race.end())
    if isinstance(outcome, SpentFirst):
        return f"first {name}"
    return "never" if isinstance(outcome, NeverThere) else f"again {outcome.trace.decode()}"


def _replace(race: Race, store: RecordStore, number: int, name: str) -> str:
    found = store.get_versioned(race.key(number))
    if found is None:
        return "never"
    tally = str(int(found.value) + 1).encode()
    changed = store.replace(
        race.key(number), expected_version=found.version, value=tally, expires_at=race.end()
    )
    return "won" if changed else "lost"


_ACTS: dict[str, Callable[[Race, RecordStore, int, str], str]] = {
    "take": _take,
    "set_once": _set_once,
    "count": _count,
    "spend": _spend,
    "replace": _replace,
}


def main() -> None:
    """One process of contenders: says that it is ready, waits for the shot, prints what its threads saw."""
    race = Race(**json.loads(sys.argv[1]))
    store, act = race.store(), _ACTS[race.act]
    start = threading.Barrier(THREADS + 1)

    def contend(thread: int) -> list[str]:
        start.wait()
        return [act(race, store, number, f"{os.getpid()}-{thread}") for number in range(race.rounds)]

    with ThreadPoolExecutor(THREADS) as pool:
        contenders = [pool.submit(contend, thread) for thread in range(THREADS)]
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()
        start.wait()
        seen = [contender.result() for contender in contenders]
    json.dump([list(of_round) for of_round in zip(*seen, strict=True)], sys.stdout)


if __name__ == "__main__":
    main()
