"""Workers are replaced all together or not at all, and who leaves ends what it has."""

from __future__ import annotations

import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.demo.standins import free_port

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the server runs on Linux")

_PATIENCE_SECONDS = 60
# Answers with a word; the next workers find theirs in a file, or a number to end by.
_SERVER = """
import sys, threading, time
from functools import partial
from pathlib import Path
from broker.cli.swapping_server import SwappingServer

folder = Path(sys.argv[2])

def answering(word):
    def application(environ, start):
        if environ["PATH_INFO"] == "/wait":
            (folder / "waiting").touch()
            while not (folder / "go").exists():
                time.sleep(0.02)
        start("200 OK", [("Content-Length", str(len(word)))])
        return [word.encode()]
    return application

def first():
    return answering("first")

def following(say):
    word = (folder / "next").read_text()
    if word.isdigit():
        sys.exit(int(word))
    say.send(True)
    return answering(word)

def obey():
    for _ in sys.stdin:
        print(server.swap().name, flush=True)

server = SwappingServer(
    first, following,
    on_start=lambda: threading.Thread(target=obey, daemon=True).start(),
    on_hangup=lambda: print("HANGUP", flush=True),
    address="127.0.0.1", port=int(sys.argv[1]), workers=2, blocking_threads=2, log_enabled=False,
)
server.serve_until_stopped()
"""

_LEAVER = """
import socket, sys
from broker.cli.leaving import file_id, stop_accepting
listener = socket.socket(fileno=int(sys.argv[1]))
other = listener.dup()
stop_accepting(file_id(listener.fileno()))
for one in (listener, other):
    try:
        one.accept()
    except BlockingIOError:
        print("nobody", flush=True)
"""


@dataclass
class Running:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int
    folder: Path

    def ask(self, path: str = "/") -> str:
        """The word of whoever answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_PATIENCE_SECONDS)
        connection.request("GET", path)
        word = connection.getresponse().read().decode()
        connection.close()
        return word

    def swap(self, word: str) -> str:
        """Replace the workers by others that find this word; how that ended."""
        assert self.process.stdin
        (self.folder / "next").write_text(word, encoding="utf-8")
        self.process.stdin.write("swap\n")
        self.process.stdin.flush()
        return self.said()

    def said(self) -> str:
        """The next line that the server prints."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """A server with two workers."""
    port = free_port()
    command = [sys.executable, "-c", _SERVER, str(port), str(tmp_path)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        server = Running(process, port, tmp_path)
        try:
            _wait_for(lambda: _listens(port))
            yield server
        finally:
            process.terminate()
            process.wait(_PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_SECONDS).close()
    except ConnectionRefusedError:
        return False
    return True


def _wait_for(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_new_workers_answer_and_old_ones_end_what_they_have(running: Running) -> None:
    """A request that was begun is answered by who began it; from then on the others answer."""
    assert running.ask() == "first"
    slow: list[str] = []
    waiting = threading.Thread(target=lambda: slow.append(running.ask("/wait")))
    waiting.start()
    _wait_for((running.folder / "waiting").exists)
    assert running.swap("second") == "DONE"
    words: list[str] = []

    def only_new() -> bool:
        words.append(running.ask())
        return words[-10:] == ["second"] * 10

    _wait_for(only_new)
    assert slow == []
    (running.folder / "go").touch()
    waiting.join(_PATIENCE_SECONDS)
    assert slow == ["first"]


def test_workers_stay_when_the_next_ones_do_not_come_to_serve(running: Running) -> None:
    """For a fault, which is told apart, or for anything else; later it may do."""
    assert running.swap("1") == "REFUSED"
    assert running.swap("3") == "NOT_NOW"
    assert {running.ask() for _ in range(10)} == {"first"}
    assert running.swap("second") == "DONE"
    assert running.process.poll() is None


def test_hangup_asks_and_replaces_nobody(running: Running) -> None:
    """What follows it is for who is told."""
    assert running.ask() == "first"
    running.process.send_signal(signal.SIGHUP)
    assert running.said() == "HANGUP"
    assert running.ask() == "first"


def test_process_that_stops_accepting_leaves_it_to_the_others() -> None:
    """By whatever number it knows the socket; who has connected meanwhile finds somebody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.set_inheritable(True)
        with socket.create_connection(listener.getsockname(), timeout=_PATIENCE_SECONDS):
            number = listener.fileno()
            told = subprocess.run(
                [sys.executable, "-c", _LEAVER, str(number)],
                pass_fds=(number,),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            assert told.stdout == "nobody\nnobody\n"
            listener.settimeout(_PATIENCE_SECONDS)
            listener.accept()[0].close()
