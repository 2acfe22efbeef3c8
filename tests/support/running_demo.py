"""The demo as a person starts it, in a state directory of its own."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests

from demo.clock import DemoClock
from demo.plan import PORTS
from demo.ports import taken

REPOSITORY = Path(__file__).parents[2]
OUTBOX = "http://127.0.0.1:8300"
Work = Mapping[str, Sequence[str]]
JOBS: Mapping[str, Work] = {
    "cz": {"201104": ["deelnemers-beheerder"]},
    "iza": {"30.2016": ["hoofdgebruiker"]},
    "vgz": {"V-4419-1": ["hoofdgebruiker"]},
    "zz": {"ZZ-5528": ["administratief"]},
}
_READY_WITHIN_SECONDS = 300
_GONE_WITHIN_SECONDS = 30
_SENT_WITHIN_SECONDS = 30
_BINDING_CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{3}\b")


@dataclass
class Demo:
    """Starts and stops `python -m demo.run`; its ports are fixed, so there is one at a time."""

    folder: Path
    _process: subprocess.Popen[bytes] | None = field(default=None)
    _read: set[str] = field(default_factory=set)

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
    def clock(self) -> DemoClock:
        """The clock of every process of this demo."""
        return DemoClock.of_state(self.state)

    @property
    def output(self) -> Path:
        """What the demo printed."""
        return self.folder / "output"

    def ask_digid_by(self, binding: str) -> None:
        """From now on the broker sends people to DigiD by redirect or post."""
        self._reload_with("brands/cz.toml", "request_binding", binding)

    def have_eherkenning_answer_by(self, binding: str) -> None:
        """From now on answers come back from eHerkenning by artifact or post."""
        self._reload_with("brands/zz.toml", "answer_binding", binding)

    def start(self) -> None:
        """Start and wait until it says that it is ready."""
        if in_use := [port.number for port in taken(PORTS)]:
            pytest.fail(f"the demo needs ports {in_use}, and another program listens there")
        # The outbox keeps its messages in memory and numbers them from one again.
        self._read.clear()
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

    def add_business_account(
        self, brand: str, email: str, password: str, work: Work | None = None, totp_secret: str | None = None
    ) -> None:
        """Somebody new, as an operator adds people; without `totp_secret` they have set nothing up yet.

        `work` are roles by the number of the collectivity; by default one role at one.
        """
        account = {"kind": "business_account", "name": "Lotte Vos", "password": password}
        account |= {"totp_secret": totp_secret} if totp_secret else {}
        self._import(brand, email, account, *_work(JOBS[brand] if work is None else work))

    def invite(self, brand: str, email: str, portal: str) -> None:
        """Somebody new, who gets a mail with a link, as an operator invites people."""
        person = ("--brand", brand, "--email", email, "--name", "Lotte Vos", "--portal", portal)
        self._operate("account", "invite", *person)
        self._import(brand, email, *_work(JOBS[brand]))

    def _import(self, brand: str, email: str, *rows: Mapping[str, str]) -> None:
        lines = (json.dumps({**row, "brand": brand, "email": email}) for row in rows)
        self._operate("import", "-", typed="\n".join(lines))

    def invite_staff(self, brand: str, email: str) -> None:
        """One of the insurer's own people."""
        self._operate("account", "invite-staff", "--brand", brand, "--email", email, "--name", "Noor de Boer")

    def _reload_with(self, name: str, key: str, value: str) -> None:
        """As an operator changes a setting while people log in."""
        file = self.config / name
        words, count = re.subn(
            f'^{key} = "[a-z]+"', f'{key} = "{value}"', file.read_text(), flags=re.MULTILINE
        )
        assert count == 1
        file.write_text(words)
        self._operate("reload")

    def _operate(self, *words: str, typed: str = "", check: bool = True) -> None:
        # As the demo says that it is done, with other words for the broker.
        printed = re.search(r"^ *(\. .+) && (.+) doctor (.+)$", self.output.read_text("utf-8"), re.MULTILINE)
        assert printed is not None
        settings, program, config = printed.groups()
        subprocess.run(
            ["/bin/sh", "-c", f"{settings} && {program} {shlex.join(words)} {config}"],
            input=typed.encode(),
            stdout=subprocess.DEVNULL,
            check=check,
        )

    def binding_code(self, brand: str, email: str) -> str:
        """The code by which eHerkenning is bound to this account, from the mail; what was bound is not."""
        self.unbind(brand, email)
        # The code that the demo mailed at its start works no more once there is a new one.
        arrived = _json(f"{OUTBOX}/api/messages?channel=mail")["messages"]
        self._read |= {message["id"] for message in arrived if message["to"] == email}
        self._operate("account", "bind", "--brand", brand, "--email", email)
        deadline = time.monotonic() + _SENT_WITHIN_SECONDS
        while True:
            for message in _json(f"{OUTBOX}/api/messages?channel=mail")["messages"]:
                if message["to"] == email and message["id"] not in self._read:
                    self._read.add(message["id"])
                    if found := _BINDING_CODE.search(message["text"]):
                        return found[0]
            assert time.monotonic() < deadline, "no mail came"
            time.sleep(0.1)

    def unbind(self, brand: str, email: str) -> None:
        """Take eHerkenning off this account, if there is any."""
        self._operate("account", "unbind", "--brand", brand, "--email", email, check=False)

    def mailed_link(self, to: str) -> str:
        """The link in the newest mail to this address that has one and that nobody read yet."""
        deadline = time.monotonic() + _SENT_WITHIN_SECONDS
        while True:
            for message in _json(f"{OUTBOX}/api/messages?channel=mail")["messages"]:
                if message["to"] == to and message["id"] not in self._read:
                    self._read.add(message["id"])
                    if found := re.search(r"https?://[^\s<>\"]+link=[^\s<>\"]+", message["text"]):
                        return found[0]
            assert time.monotonic() < deadline, "no mail came"
            time.sleep(0.1)

    def new_sms_code(self, to: str) -> str:
        """The code in an SMS to this number that nobody read yet; the worker sends it in its own time."""
        return self._new_code("sms", to, r"\b[0-9]{6}\b")

    def new_spoken_code(self, to: str) -> str:
        """The same in a call, where the digits are said one by one."""
        return self._new_code("voice", to, r"\b(?:[0-9], ){5}[0-9]\b").replace(", ", "")

    def _new_code(self, channel: str, to: str, form: str) -> str:
        deadline = time.monotonic() + _SENT_WITHIN_SECONDS
        while True:
            for message in _json(f"{OUTBOX}/api/messages?channel={channel}")["messages"]:
                if message["to"] == to and message["id"] not in self._read:
                    self._read.add(message["id"])
                    if found := re.search(form, message["text"]):
                        return found[0]
            assert time.monotonic() < deadline, "no text or call came"
            time.sleep(0.1)

    def last_sms_code(self) -> str:
        """The code in the newest SMS."""
        messages = _json(f"{OUTBOX}/api/messages?channel=sms")["messages"]
        found = re.search(r"\b([0-9]{6})\b", messages[0]["text"])
        assert found is not None
        return found[1]


def _work(work: Work) -> Iterator[dict[str, str]]:
    for number, roles in work.items():
        yield {"kind": "membership", "collectivity": number}
        for role in roles:
            yield {"kind": "role_grant", "collectivity": number, "role": role}


def _json(url: str) -> dict[str, Any]:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, timeout=10)
    answer.raise_for_status()
    return dict(answer.json())
