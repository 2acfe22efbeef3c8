"""Where the insurer pays somebody back: a bank account number, and the check that finds a slip of the pen."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field

from demo.portals.fiction import Draw

_LENGTH_OF_DUTCH = 18
_FORM = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)
_FICTIONAL_BANK = "VOOR"


def parse_iban(typed: str) -> str | None:
    """The number without spaces, in capitals; None when it is none (ISO 13616: remainder 1 by 97)."""
    iban = re.sub(r"\s", "", typed).upper()
    if not _FORM.fullmatch(iban) or (iban.startswith("NL") and len(iban) != _LENGTH_OF_DUTCH):
        return None
    return iban if _remainder(iban) == 1 else None


def in_groups(iban: str) -> str:
    """As it stands on a card: in groups of four."""
    return " ".join(iban[place : place + 4] for place in range(0, len(iban), 4))


def _remainder(iban: str) -> int:
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97


@dataclass(slots=True)
class BankAccounts:
    """The number of each insured person, by subject; in memory, a made-up one until it is changed."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: dict[str, str] = field(default_factory=dict)

    def of(self, subject: str) -> str:
        """The number that this person is paid on."""
        with self._lock:
            return self._changed.get(subject) or _made_up(subject)

    def change(self, subject: str, iban: str) -> None:
        """Keep another number."""
        with self._lock:
            self._changed[subject] = iban


def _made_up(subject: str) -> str:
    rest = f"{_FICTIONAL_BANK}{Draw(subject).below(10**10, 'bank account'):010d}"
    return f"NL{98 - _remainder(f'NL00{rest}'):02d}{rest}"
