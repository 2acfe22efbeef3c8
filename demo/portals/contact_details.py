"""How an insurer reaches a collectivity: what the broker tells of it, and what people changed since."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

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


def details_of(told: object) -> Mapping[str, str]:
    """The claim `collectivity_details` by field; what is missing or not of its form is empty."""
    known: Mapping[str, Any] = told if isinstance(told, dict) else {}
    address, phones = known.get("address"), known.get("phones")
    place: Mapping[str, Any] = address if isinstance(address, dict) else {}
    first, other, *_ = [*(phones if isinstance(phones, list) else []), "", ""]
    fields = {name: place.get(name) for name in ("street", "postal_code", "city")}
    fields |= {"phone": first, "other_phone": other, "email": known.get("email")}
    return {name: value if isinstance(value, str) else "" for name, value in fields.items()}


def _fault(name: str, text: str) -> str:
    if not text:
        return "" if name in _MAY_BE_EMPTY else "Vul dit in."
    form, sentence = _FORMS.get(name, (None, ""))
    return sentence if form and not form.fullmatch(text) else ""


@dataclass(slots=True)
class ContactBook:
    """What was changed here of one brand's collectivities, in memory: it lasts until the portal stops.

    A real portal hands a change to the insurer's administration, of which the broker hears by an import.
    """

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def of(self, number: str) -> Mapping[str, str] | None:
        """By field; None where nobody changed anything."""
        with self._lock:
            return self._changed.get(number)

    def change(self, number: str, details: Mapping[str, str]) -> None:
        """Keep what somebody who may do so has changed."""
        with self._lock:
            self._changed[number] = dict(details)
