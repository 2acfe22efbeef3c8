"""How an insurer reaches a collectivity: what the demo knows of it, and what people changed since."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from demo.collectivities import contact_of

LONGEST_LINE = 80
FIELDS = {
    "street": "Adres",
    "postal_code": "Postcode",
    "city": "Plaats",
    "phone": "Telefoonnummer",
    "other_phone": "Alternatief telefoonnummer",
    "email": "E-mailadres",
}
_FORMS = {
    "postal_code": (re.compile(r"[1-9][0-9]{3} ?[A-Z]{2}"), "Vul een postcode in zoals 2312 AB."),
    "phone": (re.compile(r"[0-9+][0-9 -]{7,19}"), "Vul een telefoonnummer in zoals 071 123 45 67."),
    "other_phone": (re.compile(r"[0-9+][0-9 -]{7,19}"), "Vul een telefoonnummer in zoals 071 123 45 67."),
    "email": (re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+"), "Vul een e-mailadres in zoals naam@organisatie.nl."),
}
_MAY_BE_EMPTY = {"other_phone"}


@dataclass(frozen=True, slots=True)
class Judged:
    """What was typed, and what is wrong with it by field; nothing is kept unless `faults` is empty."""

    typed: Mapping[str, str]
    faults: Mapping[str, str]


def judge(form: Mapping[str, str]) -> Judged:
    """Look at each field of the form."""
    typed = {name: " ".join(form.get(name, "").split())[:LONGEST_LINE] for name in FIELDS}
    typed["postal_code"] = typed["postal_code"].upper()
    faults = {name: fault for name, text in typed.items() if (fault := _fault(name, text))}
    return Judged(typed, faults)


def _fault(name: str, text: str) -> str:
    if not text:
        return "" if name in _MAY_BE_EMPTY else "Vul dit in."
    form, sentence = _FORMS.get(name, (None, ""))
    return sentence if form and not form.fullmatch(text) else ""


@dataclass(slots=True)
class ContactBook:
    """The details of one brand's collectivities, in memory: changes last until the portal stops."""

    brand: str
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, number: str) -> Mapping[str, str]:
        """By field; empty for a collectivity that the demo does not know."""
        with self._lock:
            return self._changed.get(number) or contact_of(self.brand, number)

    def change(self, number: str, details: Mapping[str, str]) -> None:
        """Keep what somebody who may do so has changed."""
        with self._lock:
            self._changed[number] = dict(details)
