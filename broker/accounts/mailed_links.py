"""What all links in mails have in common: how a token is made and read, and which link of an account is good.

A token is random, and ends with the moment of its expiry, in hexadecimal seconds. Nothing is decided by that
moment: it lets a page say "too old", rather than "unknown", about a link of which nothing is kept any more.
"""

from __future__ import annotations

import hashlib
import math
import re
import secrets
from datetime import datetime

from broker.domain.accounts import AccountId
from broker.storage.records import RecordKey, RecordKind, RecordStore

_BITS_OF_A_BYTE, _BITS_OF_A_CHARACTER = 8, 6


class LinkTokens:
    """Makes and reads tokens with so many random bytes; they are safe in a URL."""

    def __init__(self, secret_bytes: int) -> None:
        self._secret_bytes = secret_bytes
        length = math.ceil(secret_bytes * _BITS_OF_A_BYTE / _BITS_OF_A_CHARACTER)
        self._form = re.compile(rf"[A-Za-z0-9_-]{{{length}}}(?P<expires>[0-9a-f]{{1,10}})", re.ASCII)

    def new(self, expires_at: datetime) -> str:
        """A token nobody can guess."""
        return f"{secrets.token_urlsafe(self._secret_bytes)}{int(expires_at.timestamp()):x}"

    def fits(self, token: str) -> bool:
        """Whether it could be one of ours."""
        return self._form.fullmatch(token) is not None

    def is_past(self, token: str, now: datetime) -> bool:
        """Whether the moment that stands in it is over; False for what could be none of ours."""
        form = self._form.fullmatch(token)
        # Compared as numbers: a made-up token may name a year that no calendar has.
        return form is not None and int(form["expires"], 16) <= now.timestamp()


class NewestLinks:
    """Knows the newest link of each account, which is the only good one; older ones die with the next."""

    def __init__(self, records: RecordStore, kind: RecordKind) -> None:
        self._records = records
        self._kind = kind

    def put(self, brand: str, account_id: AccountId, token: str, expires_at: datetime) -> None:
        """This one is the newest from now on."""
        self._records.put(self._key(brand, account_id), _digest(token), expires_at=expires_at)

    def has(self, brand: str, account_id: AccountId, token: str) -> bool:
        """Whether it is the newest."""
        return self._records.get(self._key(brand, account_id)) == _digest(token)

    def _key(self, brand: str, account_id: AccountId) -> RecordKey:
        return RecordKey(self._kind, brand, account_id)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("ascii")).digest()
