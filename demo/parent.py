"""Whether the program that started us is gone, or was told to end and waits for us.

`make` hands on SIGTERM alone. When a terminal is closed around it, or somebody interrupts it alone, it waits
for its children to end first, and they would never hear.
"""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

_ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM)


class Parent:
    """The program that started this process."""

    def __init__(self) -> None:
        self._process_id = os.getppid()

    def is_ending(self) -> bool:
        """Whether it has ended, or is busy doing so, where the kernel tells that (proc(5))."""
        if os.getppid() != self._process_id:
            return True
        try:
            status = Path(f"/proc/{self._process_id}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return False
        return told_to_end(status)


def told_to_end(status: str) -> bool:
    """Whether a process is in its handler of a signal that ends it.

    GNU make begins there by giving that signal its default meaning back, and the signal is blocked as long as
    its handler runs. A signal that a program ignores, or blocks for a moment only, looks otherwise.
    """
    masks = {
        name: int(mask, 16) for name, mask in re.findall(r"^(Sig\w+):\s+([0-9a-f]+)$", status, re.MULTILINE)
    }
    blocked, ignored, caught = (masks.get(name, 0) for name in ("SigBlk", "SigIgn", "SigCgt"))
    return any((blocked & ~ignored & ~caught) >> (number - 1) & 1 for number in _ENDINGS)
