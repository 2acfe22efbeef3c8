"""Links that confirm a new address: 128 random bits in a mail, here only as the name of a sealed record.

An account has one good link at a time: a second record per account says which.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from broker.accounts.mailed_links import LinkTokens, NewestLinks
from broker.domain.accounts import AccountId
from broker.domain.clock import Clock
from broker.storage.records import RecordKey, RecordKind, RecordStore

LIFETIME: Final = timedelta(hours=1)

_TOKENS: Final = LinkTokens(secret_bytes=16)


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
        self._newest = NewestLinks(records, RecordKind.NEWEST_ADDRESS_LINK)

    def make(self, brand: str, wish: AddressWish) -> tuple[str, datetime]:
        """A new token with its end; an older link of the account dies."""
        expires_at = self._clock() + LIFETIME
        token = _TOKENS.new(expires_at)
        self._records.put(_key(brand, token), AddressLink(wish, expires_at).encode(), expires_at=expires_at)
        self._newest.put(brand, wish.account_id, token, expires_at)
        return token, expires_at

    def find(self, brand: str, token: str) -> AddressLink | AddressLinkFault:
        """Where a link leads; looking changes nothing, however often (mail scanners look)."""
        if not _TOKENS.fits(token):
            return AddressLinkFault.UNKNOWN
        link = self._kept(brand, token)
        if link is None:
            is_past = _TOKENS.is_past(token, self._clock())
            return AddressLinkFault.EXPIRED if is_past else AddressLinkFault.UNKNOWN
        if link.used:
            return AddressLinkFault.USED
        is_newest = self._newest.has(brand, link.wish.account_id, token)
        return link if is_newest else AddressLinkFault.REPLACED

    def find_used(self, brand: str, token: str) -> AddressLink | None:
        """The link that did its work, for the page that says so."""
        link = self._kept(brand, token) if _TOKENS.fits(token) else None
        return link if link is not None and link.used else None

    def mark_used(self, brand: str, token: str, link: AddressLink) -> None:
        """Let its page say that it was used. Whether it was, the database knows for certain."""
        done = replace(link, used=True)
        self._records.put(_key(brand, token), done.encode(), expires_at=link.expires_at)

    def _kept(self, brand: str, token: str) -> AddressLink | None:
        data = self._records.get(_key(brand, token))
        return AddressLink.decode(data) if data is not None else None


def _key(brand: str, token: str) -> RecordKey:
    return RecordKey(RecordKind.ADDRESS_LINK, brand, token)
