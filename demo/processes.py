"""Children that never outlive the demo: each in its own group, ended even when the parent is killed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

GRACE_SECONDS = 8.0
_PR_SET_PDEATHSIG = 1


def start_child(
    argv: Sequence[str], log: Path, environment: Mapping[str, str], output: Path | None = None
) -> subprocess.Popen[bytes]:
    """Start a program; what it prints goes to `output` when given, all the rest to `log`.

    Call this from the main thread only: Linux sends the parent-death signal when the *thread* that
    started the child ends.
    """
    with contextlib.ExitStack() as files:
        errors = files.enter_context(_private_file(log))
        return subprocess.Popen(
            list(argv),
            stdin=subprocess.DEVNULL,
            stdout=files.enter_context(_private_file(output)) if output else errors,
            stderr=errors,
            env=dict(environment),
            process_group=0,
            preexec_fn=_end_with_parent(os.getpid()),  # noqa: PLW1509 (two system calls, no other thread runs)
        )


def _private_file(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    """What the child does before its program begins, where the kernel can do it (prctl(2))."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask_for_signal() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        # The parent may have been killed before the call took effect.
        if os.getppid() != parent:
            os._exit(1)

    return ask_for_signal


def end_children(children: Sequence[subprocess.Popen[bytes]], grace_seconds: float = GRACE_SECONDS) -> None:
    """Ask the groups of these children to stop and make them after `grace_seconds`; none is left running."""
    for child in children:
        _signal_group(child, signal.SIGTERM)
    for child in children:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(grace_seconds)
        # What a child started itself is in its group, and stays there when the child is gone.
        _signal_group(child, signal.SIGKILL)
        child.wait()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, number)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log, for an error message."""
    if not log.exists():
        return ""
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
