"""Links that confirm a new address: 128 random bits in a mail, here only as the name of a sealed record.

An account has one good link at a time: a second record per account says which. The token ends with the moment
of its expiry, in hexadecimal seconds, so that the page can say "too old" when nothing of the link is kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from broker.domain.accounts import AccountId
from broker.domain.clock import Clock
from broker.storage.records import RecordKey, RecordKind, RecordStore

LIFETIME: Final = timedelta(hours=1)

_SECRET_BYTES = 16
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}(?P<expires>[0-9a-f]{1,10})", re.ASCII)


class AddressLinkFault(StrEnum):
    """Why a link does nothing; each has its page."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REPLACED = "replaced"
    """A newer link or a new password took its place, or the account is not what it was when it was asked."""
    TAKEN = "taken"
    """The address came to belong to another account of the brand."""


@dataclass(frozen=True, slots=True)
class AddressWish:
    """Whose address becomes what. `sid` is the session that asked; `password_since` tells their password."""

    account_id: AccountId
    before: str = field(repr=False)
    after: str = field(repr=False)
    sid: str = field(repr=False)
    password_since: datetime | None


@dataclass(frozen=True, slots=True)
class AddressLink:
    """What a token leads to. `used`: it did its work; kept so that its page can say so."""

    wish: AddressWish
    expires_at: datetime
    used: bool = False

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        wish, since = self.wish, self.wish.password_since
        return json.dumps(
            {
                "account_id": wish.account_id,
                "before": wish.before,
                "after": wish.after,
                "sid": wish.sid,
                "password_since": since.isoformat() if since else None,
                "expires_at": self.expires_at.isoformat(),
                "used": self.used,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> AddressLink:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        since = raw["password_since"]
        wish = AddressWish(
            account_id=AccountId(raw["account_id"]),
            before=raw["before"],
            after=raw["after"],
            sid=raw["sid"],
            password_since=datetime.fromisoformat(since) if since else None,
        )
        return cls(wish, datetime.fromisoformat(raw["expires_at"]), raw["used"])


class AddressLinks:
    """Makes links, finds them and marks them as used."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock

    def make(self, brand: str, wish: AddressWish) -> tuple[str, datetime]:
        """A new token with its end; an older link of the account dies."""
        expires_at = self._clock() + LIFETIME
        token = f"{secrets.token_urlsafe(_SECRET_BYTES)}{int(expires_at.timestamp()):x}"
        self._records.put(_key(brand, token), AddressLink(wish, expires_at).encode(), expires_at=expires_at)
        newest = _newest_key(brand, wish.account_id)
        self._records.put(newest, _digest(token), expires_at=expires_at)
        return token, expires_at

    def find(self, brand: str, token: str) -> AddressLink | AddressLinkFault:
        """Where a link leads; looking changes nothing, however often (mail scanners look)."""
        form = _TOKEN.fullmatch(token)
        if form is None:
            return AddressLinkFault.UNKNOWN
        link = self._kept(brand, token)
        if link is None:
            # Compared as numbers: a made-up token may name a year that no calendar has.
            is_past = int(form["expires"], 16) <= self._clock().timestamp()
            return AddressLinkFault.EXPIRED if is_past else AddressLinkFault.UNKNOWN
        if link.used:
            return AddressLinkFault.USED
        newest = self._records.get(_newest_key(brand, link.wish.account_id))
        return link if newest == _digest(token) else AddressLinkFault.REPLACED

    def find_used(self, brand: str, token: str) -> AddressLink | None:
        """The link that did its work, for the page that says so."""
        link = self._kept(brand, token) if _TOKEN.fullmatch(token) else None
        return link if link is not None and link.used else None

    def mark_used(self, brand: str, token: str, link: AddressLink) -> None:
        """Let its page say that it was used. Whether it was, the database knows for certain."""
        done = replace(link, used=True)
        self._records.put(_key(brand, token), done.encode(), expires_at=link.expires_at)

    def _kept(self, brand: str, token: str) -> AddressLink | None:
        data = self._records.get(_key(brand, token))
        return AddressLink.decode(data) if data is not None else None


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()


def _key(brand: str, token: str) -> RecordKey:
    return RecordKey(RecordKind.ADDRESS_LINK, brand, token)


def _newest_key(brand: str, account_id: AccountId) -> RecordKey:
    return RecordKey(RecordKind.NEWEST_ADDRESS_LINK, brand, account_id)
