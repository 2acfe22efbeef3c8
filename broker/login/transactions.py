"""Keeps login attempts: one record each, for the one browser that holds its cookie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from broker.domain.identity import Evidence
from broker.login.transaction import LIFETIME, LoginTransaction, Wish
from broker.sessions.secrets import digest, matches, new_secret
from broker.storage.records import RecordKey, RecordKind, RecordStore

_ID_BYTES = 16


class Begun(NamedTuple):
    """A new attempt and the secret for its cookie."""

    transaction: LoginTransaction
    browser_secret: str


class Transactions:
    """Begins, finds, changes and ends attempts."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def begin(self, *, brand: str, portal: str, wish: Wish, answer_to: bytes, now: datetime) -> Begun:
        """A new attempt with an id and a browser secret of its own."""
        browser_secret = new_secret()
        transaction = LoginTransaction(
            id=secrets.token_hex(_ID_BYTES),
            brand=brand,
            portal=portal,
            wish=wish,
            answer_to=answer_to,
            browser_sha256=digest(browser_secret),
            started_at=now,
            expires_at=now + LIFETIME,
        )
        self._records.put(
            _key(brand, transaction.id), transaction.encode(), expires_at=transaction.expires_at
        )
        return Begun(transaction, browser_secret)

    def find(self, brand: str, transaction_id: str, browser_secret: str | None) -> LoginTransaction | None:
        """The live attempt, if this browser holds its secret."""
        data = self._records.get(_key(brand, transaction_id))
        if data is None or browser_secret is None:
            return None
        transaction = LoginTransaction.decode(data)
        return transaction if matches(browser_secret, transaction.browser_sha256) else None

    def leave_notice(self, transaction: LoginTransaction, notice: str | None) -> LoginTransaction:
        """Let the next page of this attempt say something; an attempt that has ended stays ended."""
        return self._change(transaction, lambda current: replace(current, notice=notice))

    def start_over(
        self, transaction: LoginTransaction, notice: str | None = None, support_code: str | None = None
    ) -> LoginTransaction:
        """Back to the choice, with a message when there is one.

        What a provider said before is forgotten: the next try in this browser may be somebody else's.
        """
        return self._change(
            transaction,
            lambda current: replace(current, notice=notice, support_code=support_code, evidence=None),
        )

    def keep_evidence(self, transaction: LoginTransaction, evidence: Evidence) -> LoginTransaction:
        """Let the attempt wait with what a provider said; an attempt that has ended stays ended."""
        return self._change(
            transaction,
            lambda current: replace(current, evidence=evidence, notice=None, support_code=None),
        )

    def finish(self, transaction: LoginTransaction) -> bool:
        """End the attempt; True for exactly one caller, who alone may answer the portal."""
        return self._records.take(_key(transaction.brand, transaction.id)) is not None

    def _change(
        self, transaction: LoginTransaction, edit: Callable[[LoginTransaction], LoginTransaction]
    ) -> LoginTransaction:
        """Edit what is stored now, not what a slow request still remembers of it."""
        key = _key(transaction.brand, transaction.id)
        found = self._records.get_versioned(key)
        if found is None:
            return edit(transaction)
        changed = edit(LoginTransaction.decode(found.value))
        self._records.replace(
            key, expected_version=found.version, value=changed.encode(), expires_at=changed.expires_at
        )
        return changed


def _key(brand: str, transaction_id: str) -> RecordKey:
    return RecordKey(RecordKind.TRANSACTION, brand, transaction_id)
