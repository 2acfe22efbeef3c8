"""The servers of the tests do not outlive them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

_STARTER = """
import sys
from tests.support.servers import running_redis

with running_redis() as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def test_server_ends_when_its_tests_are_killed() -> None:
    """Even a kill that leaves no time to tidy up ends the server and removes its folder."""
    tests = subprocess.Popen(
        [sys.executable, "-c", _STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert tests.stdout is not None
    socket = Path(tests.stdout.readline().strip().removeprefix("unix://"))
    assert socket.is_socket()
    os.kill(tests.pid, signal.SIGKILL)
    # The guard shares this output, so it ends when the guard has done its work.
    tests.communicate()
    assert not socket.parent.exists()
