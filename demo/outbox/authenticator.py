"""The authenticator app on the simulated phones: one code a key, new every half minute (RFC 6238)."""

from __future__ import annotations

import binascii
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pyotp

from demo.people import Person

STEP_SECONDS = 30
MOST_KEYS_OF_A_PERSON = 10
LONGEST_LABEL = 80
_SHORTEST_SECRET_BYTES = 10


class InvalidKey(ValueError):
    """What was typed is not a key an authenticator app could use."""


@dataclass(frozen=True, slots=True)
class AuthenticatorKey:
    """One entry of the app: what it is for, and the secret in base32."""

    label: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What the app shows: the code of now, for how many more seconds, and the one after it."""

    label: str
    code: str = field(repr=False)
    seconds_left: int
    next_code: str = field(repr=False)


class Authenticators:
    """Everybody's app: the keys of the demo's accounts, and those that somebody added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._added: dict[str, OrderedDict[str, AuthenticatorKey]] = {}

    def keys_of(self, person: Person) -> tuple[AuthenticatorKey, ...]:
        """The newest first; those of the demo's accounts last."""
        own = (
            AuthenticatorKey(f"{account.brand.upper()} ({account.email})", account.totp_secret)
            for account in person.accounts
            if account.totp_secret
        )
        with self._lock:
            added = tuple(reversed(self._added.get(person.id, {}).values()))
        return (*added, *own)

    def add(self, person: Person, typed: str, label: str = "") -> None:
        """Take a secret as text, or the address in a QR code; `InvalidKey` when it is neither."""
        key = _read(typed, label)
        with self._lock:
            keys = self._added.setdefault(person.id, OrderedDict())
            keys[key.secret] = key
            keys.move_to_end(key.secret)
            if len(keys) > MOST_KEYS_OF_A_PERSON:
                keys.popitem(last=False)

    def codes_of(self, person: Person, now: datetime) -> tuple[ShownCode, ...]:
        """The codes at this moment of the demo's clock."""
        moment = int(now.timestamp())
        left = STEP_SECONDS - moment % STEP_SECONDS
        return tuple(
            ShownCode(key.label, totp.at(moment), left, totp.at(moment + STEP_SECONDS))
            for key in self.keys_of(person)
            for totp in (pyotp.TOTP(key.secret),)
        )


def _read(typed: str, label: str) -> AuthenticatorKey:
    typed = typed.strip()
    if typed.startswith("otpauth:"):
        address = urlsplit(typed)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        if address.netloc != "totp" or not _usual(asked):
            raise InvalidKey("only the usual codes: six digits, half a minute, SHA-1")
        typed, label = asked.get("secret", ""), label or unquote(address.path.lstrip("/"))
    secret = "".join(typed.split()).replace("-", "").rstrip("=").upper()
    try:
        made = pyotp.TOTP(secret).byte_secret()
    except (binascii.Error, ValueError) as fault:
        raise InvalidKey("not a key in base32") from fault
    if len(made) < _SHORTEST_SECRET_BYTES:
        raise InvalidKey("too short")
    return AuthenticatorKey((label.strip() or "Toegevoegd")[:LONGEST_LABEL], secret)


def _usual(asked: Mapping[str, str]) -> bool:
    """Whether an address asks for codes as every app makes them."""
    return (
        asked.get("digits", "6") == "6"
        and asked.get("period", str(STEP_SECONDS)) == str(STEP_SECONDS)
        and asked.get("algorithm", "SHA1").upper() == "SHA1"
    )
