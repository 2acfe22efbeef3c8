"""The demo as a person starts it, in a state directory of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.plan import PORTS
from demo.ports import taken

REPOSITORY = Path(__file__).parents[2]
OUTBOX = "http://127.0.0.1:8300"
_READY_WITHIN_SECONDS = 120
_GONE_WITHIN_SECONDS = 30


@dataclass
class Demo:
    """Starts and stops `python -m demo.run`; its ports are fixed, so there is one at a time."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def __post_init__(self) -> None:
        shutil.copytree(REPOSITORY / "config", self.config)
        for file in self.config.rglob("*.toml"):
            words = file.read_text(encoding="utf-8").replace("../var/demo", str(self.state))
            file.write_text(words, encoding="utf-8")

    @property
    def state(self) -> Path:
        """Where the demo keeps everything."""
        return self.folder / "state"

    @property
    def config(self) -> Path:
        """A copy of the sample configuration that a test may change."""
        return self.folder / "config"

    @property
    def output(self) -> Path:
        """What the demo printed."""
        return self.folder / "output"

    def set_binding(self, binding: str) -> None:
        """How the broker sends people to DigiD from the next start on: redirect or post."""
        file = self.config / "brands/cz.toml"
        words = re.sub('request_binding = "[a-z]+"', f'request_binding = "{binding}"', file.read_text())
        file.write_text(words)

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        if in_use := [port.number for port in taken(PORTS)]:
            pytest.fail(f"the demo needs ports {in_use}, and another program listens there")
        words = [sys.executable, "-m", "demo.run", "--state", str(self.state), "--config", str(self.config)]
        with self.output.open("wb") as output:
            self._process = subprocess.Popen(
                words, cwd=REPOSITORY, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
            )
        deadline = time.monotonic() + _READY_WITHIN_SECONDS
        while "Klaar / Ready" not in self.output.read_text(encoding="utf-8"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                pytest.fail("the demo did not start:\n" + self.output.read_text(encoding="utf-8"))
            time.sleep(0.1)

    def stop(self) -> None:
        """Ctrl-C."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        self._process.wait(_GONE_WITHIN_SECONDS)
        self._process = None

    def processes(self) -> list[str]:
        """The commands of all processes on this machine that know of this state directory."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (entry / "cmdline").read_bytes()
                if str(self.state).encode() in words + (entry / "environ").read_bytes():
                    found.append(words.replace(b"\0", b" ").decode(errors="replace"))
        return [words for words in found if str(os.getpid()) not in words]

    def last_sms_code(self) -> str:
        """The code in the newest SMS."""
        messages = _json(f"{OUTBOX}/api/messages?channel=sms")["messages"]
        found = re.search(r"\b([0-9]{6})\b", messages[0]["text"])
        assert found is not None
        return found[1]


def _json(url: str) -> dict[str, Any]:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, timeout=10)
    answer.raise_for_status()
    return dict(answer.json())
