"""CPU time and memory of processes, read from the Linux kernel."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

_PROC = Path("/proc")
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_KIBIBYTES_PER_MEBIBYTE = 1024
# Fields of /proc/<pid>/stat behind the name in brackets (proc(5)): state is the first of them.
_PARENT, _REAPED_USER, _REAPED_SYSTEM = 1, 13, 14
_CLOCK_OF_WHOLE_PROCESS = 2


def own_seconds() -> float:
    """User and system time of this process."""
    return time.process_time()


def machine_seconds() -> float:
    """What all processes on this machine together have used, to within ticks of 10 ms."""
    user, nice, system, _idle, _waiting, hard, soft = (
        int(ticks) for ticks in (_PROC / "stat").read_text(encoding="ascii").split()[1:8]
    )
    return (user + nice + system + hard + soft) / _TICKS_PER_SECOND


def tree(root: int) -> tuple[int, ...]:
    """The process `root` and everything below it that is alive."""
    children: dict[int, list[int]] = {}
    for pid in _all_processes():
        fields = _stat(pid)
        if fields is not None:
            children.setdefault(int(fields[_PARENT]), []).append(pid)
    found = [root]
    for pid in found:
        found.extend(children.get(pid, ()))
    return tuple(found)


def seconds_of(processes: tuple[int, ...]) -> float:
    """User and system time of these processes and of their children that have ended.

    The kernel's clock of a process counts in nanoseconds and keeps the time of threads that are gone; for
    children that have ended there are ticks of 10 ms, which matter only when something was started.
    """
    return sum(_process_clock(pid) + _reaped_seconds(pid) for pid in processes)


def resident_mebibytes(pid: int) -> float:
    """What the process holds in memory (RSS)."""
    for line in (_PROC / str(pid) / "status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / _KIBIBYTES_PER_MEBIBYTE
    raise ProcessLookupError(pid)


def own_mebibytes(pid: int) -> float:
    """The part of what the process holds that no other process shares with it (USS)."""
    found = 0
    for line in (_PROC / str(pid) / "smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith(("Private_Clean:", "Private_Dirty:")):
            found += int(line.split()[1])
    return found / _KIBIBYTES_PER_MEBIBYTE


def command_of(pid: int) -> str:
    """The command line, its words between spaces."""
    return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _process_clock(pid: int) -> float:
    # clock_getcpuclockid(3) makes the number so; Python has no name for it.
    return time.clock_gettime((~pid << 3) | _CLOCK_OF_WHOLE_PROCESS)


def _reaped_seconds(pid: int) -> float:
    fields = _stat(pid)
    if fields is None:
        return 0.0
    return (int(fields[_REAPED_USER]) + int(fields[_REAPED_SYSTEM])) / _TICKS_PER_SECOND


def _stat(pid: int) -> list[str] | None:
    try:
        text = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()


def _all_processes() -> Iterator[int]:
    return (int(entry.name) for entry in _PROC.iterdir() if entry.name.isdecimal())
