"""``python -m bench.flood URL``: tries passwords without end, from a process of its own, and counts them.

When its standard input closes it stops, and prints how many tries were judged and how many were sent away.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

from bench.guesser import Guesser, unknown

BROWSERS = 8
"""As many at once as two workers of four threads can answer."""

TRIES_A_SECOND = 100
"""More than twice of what half of two cores can hash."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the tries of a flood came to; `judged` includes those of names that are held: all are hashed."""

    judged: int
    sent_away: int


class Flood:
    """A running flood; `told` is there once it is over."""

    def __init__(self) -> None:
        self.told = Told(0, 0)


@contextmanager
def flooding(broker: str) -> Iterator[Flood]:
    """Tries passwords for as long as the block lasts."""
    flood = Flood()
    command = [sys.executable, "-m", "bench.flood", broker]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a pipe is missing")
        process.stdout.readline()
        try:
            yield flood
        finally:
            process.stdin.close()
            last = process.stdout.readline()
        flood.told = Told(**json.loads(last))


def main(broker: str) -> None:
    """Begin, say so, go on until the standard input closes, and tell."""
    stop = threading.Event()
    seen: Counter[int] = Counter()
    guessers = [Guesser(broker) for _ in range(BROWSERS)]
    threads = [
        threading.Thread(target=_keep_guessing, args=(guesser, number, stop, seen.update))
        for number, guesser in enumerate(guessers)
    ]
    for thread in threads:
        thread.start()
    print("begun", flush=True)
    sys.stdin.read()
    stop.set()
    for thread in threads:
        thread.join()
    sent_away = seen[HTTPStatus.SERVICE_UNAVAILABLE]
    print(json.dumps({"judged": seen[HTTPStatus.SEE_OTHER], "sent_away": sent_away}), flush=True)


def _keep_guessing(
    guesser: Guesser, number: int, stop: threading.Event, note: Callable[[list[int]], None]
) -> None:
    tried = 0
    while not stop.is_set():
        status, seconds = guesser.guess(unknown(number * 10_000 + tried))
        note([status])
        tried += 1
        stop.wait(max(0.0, BROWSERS / TRIES_A_SECOND - seconds))
    guesser.close()


if __name__ == "__main__":
    main(sys.argv[1])
