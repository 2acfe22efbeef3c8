"""The demo ends with what started it, also where that hands no signal on."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.parent import told_to_end
from tests.demo.standins import has_ended

REPOSITORY = Path(__file__).parents[2]
# In the place of the demo; it says how it ended.
_CHILD = """
import os, sys, threading
from demo.run import Stopped, heed_endings
heed_endings(of_parent=True)
try:
    # Whoever reads this may tell it to end at once.
    print(os.getpid(), flush=True)
    threading.Event().wait()
except Stopped:
    print("in good order", flush=True)
"""
_HUP, _INT = 1 << signal.SIGHUP - 1, 1 << signal.SIGINT - 1


@pytest.mark.skipif(sys.platform != "linux" or not shutil.which("make"), reason="needs Linux and make")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_demo_ends_when_make_alone_is_told_to(tmp_path: Path, number: signal.Signals) -> None:
    """As when a terminal is closed whose first program is make: nobody tells the demo."""
    (tmp_path / "child.py").write_text(_CHILD, encoding="utf-8")
    makefile = f"demo:\n\t@exec env PYTHONPATH={REPOSITORY} {sys.executable} {tmp_path}/child.py\n"
    (tmp_path / "Makefile").write_text(makefile, encoding="utf-8")
    command = ["make", "-C", str(tmp_path), "--no-print-directory", "demo"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as make:
        assert make.stdout
        child = int(make.stdout.readline())
        make.send_signal(number)
        assert has_ended(child)
        assert make.stdout.readline() == "in good order\n"


@pytest.mark.parametrize(
    ("blocked", "ignored", "caught", "ending"),
    [
        (_HUP, 0, _INT, True),
        (0, 0, _HUP | _INT, False),
        (_HUP | _INT, 0, _HUP | _INT, False),
        (_HUP, _HUP, _INT, False),
        (1 << signal.SIGCHLD - 1, 0, _HUP | _INT, False),
    ],
)
def test_parent_is_ending_only_in_its_handler(
    blocked: int, ignored: int, caught: int, *, ending: bool
) -> None:
    """Not while it blocks signals for a moment, and not for one that it ignores, as under nohup."""
    status = f"Name:\tmake\nSigBlk:\t{blocked:016x}\nSigIgn:\t{ignored:016x}\nSigCgt:\t{caught:016x}\n"
    assert told_to_end(status) is ending
