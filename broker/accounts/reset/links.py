"""Links that let somebody choose a password: 128 random bits in a mail, here only as the name of a record.

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

NOBODY: Final = AccountId("00000000-0000-0000-0000-000000000000")
"""Whose link is kept when there is no account: as many steps, and it leads nowhere."""

_TOKENS: Final = LinkTokens(secret_bytes=16)


class Purpose(StrEnum):
    """What a password is chosen for."""

    RESET = "reset"
    ACTIVATION = "activation"


LIFETIMES: Final = {Purpose.RESET: timedelta(minutes=30), Purpose.ACTIVATION: timedelta(days=7)}


class LinkFault(StrEnum):
    """Why a link does nothing; each has its page."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    USED = "used"
    REPLACED = "replaced"
    """A newer link, a login or a new password took its place, or the account is not waiting for it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """Where somebody was when they asked: the portal and the login attempt, as far as they are known."""

    portal: str | None = None
    attempt: str | None = None


@dataclass(frozen=True, slots=True)
class PasswordLink:
    """What a token leads to. `used`: it did its work; kept so that its page can say so."""

    purpose: Purpose
    account_id: AccountId = field(repr=False)
    errand: Errand
    made_at: datetime
    expires_at: datetime
    mailbox: str = field(default="", repr=False)
    """The address of the account when the link was made: with another address it is good for nothing."""
    used: bool = False

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps(
            {
                "purpose": self.purpose.value,
                "account_id": self.account_id,
                "errand": [self.errand.portal, self.errand.attempt],
                "made_at": self.made_at.isoformat(),
                "expires_at": self.expires_at.isoformat(),
                "mailbox": self.mailbox,
                "used": self.used,
            }
        ).encode()

    @classmethod
    def decode(cls, data: bytes) -> PasswordLink:
        """Read what `encode` wrote."""
        raw: dict[str, Any] = json.loads(data)
        return cls(
            purpose=Purpose(raw["purpose"]),
            account_id=AccountId(raw["account_id"]),
            errand=Errand(*raw["errand"]),
            made_at=datetime.fromisoformat(raw["made_at"]),
            expires_at=datetime.fromisoformat(raw["expires_at"]),
            mailbox=raw["mailbox"],
            used=raw["used"],
        )


class PasswordLinks:
    """Makes links, finds them and marks them as used."""

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._newest = NewestLinks(records, RecordKind.NEWEST_PASSWORD_LINK)

    def make(
        self,
        brand: str,
        purpose: Purpose,
        account_id: AccountId | None,
        errand: Errand,
        *,
        mailbox: str = "",
    ) -> tuple[str, datetime]:
        """A new token with its end, for who has `mailbox`; an older link of the account dies.

        Without an account it leads nowhere.
        """
        now = self._clock()
        expires_at = now + LIFETIMES[purpose]
        token = _TOKENS.new(expires_at)
        link = PasswordLink(purpose, account_id or NOBODY, errand, now, expires_at, mailbox)
        self._records.put(_key(brand, token), link.encode(), expires_at=expires_at)
        self._newest.put(brand, link.account_id, token, expires_at)
        return token, expires_at

    def find(self, brand: str, purpose: Purpose, token: str) -> PasswordLink | LinkFault:
        """Where a link leads; looking changes nothing, however often (mail scanners look)."""
        if not _TOKENS.fits(token):
            return LinkFault.UNKNOWN
        data = self._records.get(_key(brand, token))
        link = PasswordLink.decode(data) if data is not None else None
        if link is None or link.purpose is not purpose:
            is_past = link is None and _TOKENS.is_past(token, self._clock())
            return LinkFault.EXPIRED if is_past else LinkFault.UNKNOWN
        if link.used:
            return LinkFault.USED
        return link if self._newest.has(brand, link.account_id, token) else LinkFault.REPLACED

    def find_used(self, brand: str, purpose: Purpose, token: str) -> PasswordLink | None:
        """The link that did its work, for the page that says so."""
        data = self._records.get(_key(brand, token))
        link = PasswordLink.decode(data) if data is not None else None
        return link if link is not None and link.used and link.purpose is purpose else None

    def mark_used(self, brand: str, token: str, link: PasswordLink) -> None:
        """Let its page say that it was used. Whether it was, the database knows for certain."""
        done = replace(link, used=True)
        self._records.put(_key(brand, token), done.encode(), expires_at=link.expires_at)


def _key(brand: str, token: str) -> RecordKey:
    return RecordKey(RecordKind.PASSWORD_LINK, brand, token)
