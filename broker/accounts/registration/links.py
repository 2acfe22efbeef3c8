"""Confirmation links: 256 random bits in a mail, here only as the hashed name of a record.

The token ends with the moment of its expiry, in hexadecimal seconds. Nothing is decided by it: it lets the
page say "too old" rather than "unknown" about a link of which nothing is kept any more.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from broker.domain.bsn import Bsn
from broker.domain.clock import Clock
from broker.storage.records import RecordKey, RecordKind, RecordStore

_SECRET_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}(?P<expires>[0-9a-f]{1,10})", re.ASCII)
_USED = b"used"


class LinkFault(StrEnum):
    """Why a link does nothing; each has its page."""

    UNKNOWN = "link-unknown"
    EXPIRED = "link-expired"
    USED = "link-used"
    REPLACED = "link-replaced"
    STOPPED = "link-stopped"
    ADDRESS_TAKEN = "link-address-taken"


@dataclass(frozen=True, slots=True)
class Link:
    """A live link: whose registration it confirms, and the version of its record."""

    bsn: Bsn
    version: int


def new_token(expires_at: datetime) -> str:
    """A token nobody can guess, safe in a URL."""
    return f"{secrets.token_urlsafe(_SECRET_BYTES)}{int(expires_at.timestamp()):x}"


def digest_of(token: str) -> str:
    """SHA-256 in hexadecimal: how a registration knows its link."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class ConfirmationLinks:
    """Keeps links and uses them up."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def keep(self, brand: str, token: str, bsn: Bsn, *, expires_at: datetime) -> None:
        """Let `token` lead to this person's registration."""
        self._records.put(_key(brand, token), bsn.number.encode(), expires_at=expires_at)

    def find(self, brand: str, token: str) -> Link | LinkFault:
        """Where a link leads; looking changes nothing."""
        form = _TOKEN.fullmatch(token)
        if form is None:
            return LinkFault.UNKNOWN
        found = self._records.get_versioned(_key(brand, token))
        if found is not None:
            return LinkFault.USED if found.value == _USED else Link(Bsn(found.value.decode()), found.version)
        # Compared as numbers: a made-up token may name a year that no calendar has.
        expired = int(form["expires"], 16) <= self._clock().timestamp()
        return LinkFault.EXPIRED if expired else LinkFault.UNKNOWN

    def use_up(self, brand: str, token: str, link: Link, *, until: datetime) -> bool:
        """True for exactly one caller; until that moment the link is known to have been used."""
        return self._records.replace(
            _key(brand, token), expected_version=link.version, value=_USED, expires_at=until
        )


def _key(brand: str, token: str) -> RecordKey:
    return RecordKey(RecordKind.REGISTRATION_LINK, brand, token)
