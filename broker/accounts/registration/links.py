"""Confirmation links: 256 random bits in a mail, here only as the hashed name of a record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from broker.accounts.mailed_links import LinkTokens
from broker.domain.bsn import Bsn
from broker.domain.clock import Clock
from broker.storage.records import RecordKey, RecordKind, RecordStore

_TOKENS: Final = LinkTokens(secret_bytes=32)
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
    return _TOKENS.new(expires_at)


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
        if not _TOKENS.fits(token):
            return LinkFault.UNKNOWN
        found = self._records.get_versioned(_key(brand, token))
        if found is not None:
            return LinkFault.USED if found.value == _USED else Link(Bsn(found.value.decode()), found.version)
        return LinkFault.EXPIRED if _TOKENS.is_past(token, self._clock()) else LinkFault.UNKNOWN

    def use_up(self, brand: str, token: str, link: Link, *, until: datetime) -> bool:
        """True for exactly one caller; until that moment the link is known to have been used."""
        return self._records.replace(
            _key(brand, token), expected_version=link.version, value=_USED, expires_at=until
        )


def _key(brand: str, token: str) -> RecordKey:
    return RecordKey(RecordKind.REGISTRATION_LINK, brand, token)
