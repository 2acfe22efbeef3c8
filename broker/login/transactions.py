"""Keeps login attempts: one record each, for the one browser that holds its cookie."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from broker.domain.identity import Evidence
from broker.errors import StorageUnavailable
from broker.login.transaction import LIFETIME, LoginTransaction, Wish
from broker.sessions.secrets import digest, matches, new_secret
from broker.storage.records import RecordKey, RecordKind, RecordStore

_ID_BYTES = 16
# How often a change that met another is tried; two requests of one browser meet once, hardly thrice.
_ATTEMPTS = 5


class Begun(NamedTuple):
    """A new attempt and the secret for its cookie."""

    transaction: LoginTransaction
    browser_secret: str


class Lent(NamedTuple):
    """What a running session brings into a new attempt, which needs more than that."""

    evidence: Evidence
    sid: str


class Transactions:
    """Begins, finds, changes and ends attempts."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def begin(
        self,
        *,
        brand: str,
        portal: str,
        wish: Wish,
        answer_to: bytes,
        now: datetime,
        lent: Lent | None = None,
    ) -> Begun:
        """A new attempt with an id and a browser secret of its own; `lent` is there from the start."""
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
            evidence=lent.evidence if lent else None,
            steps_up=lent.sid if lent else None,
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
        is_held = not transaction.given_up and matches(browser_secret, transaction.browser_sha256)
        return transaction if is_held else None

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
            lambda current: replace(
                current, notice=notice, support_code=support_code, evidence=None, steps_up=None
            ),
        )

    def keep_evidence(self, transaction: LoginTransaction, evidence: Evidence) -> LoginTransaction:
        """Let the attempt wait with what a provider said; an attempt that has ended stays ended."""
        return self._change(
            transaction,
            lambda current: replace(
                current, evidence=evidence, notice=None, support_code=None, steps_up=None
            ),
        )

    def raise_evidence(
        self, transaction: LoginTransaction, before: Evidence, after: Evidence
    ) -> LoginTransaction | None:
        """Strengthen what waits with the attempt; None when it is not what was judged any more.

        Whoever began anew in it meanwhile also cut what a running session had lent (`steps_up`).
        """

        def raised(current: LoginTransaction) -> LoginTransaction | None:
            if current.evidence != before or current.steps_up != transaction.steps_up:
                return None
            return replace(current, evidence=after, notice=None, support_code=None, given_up=False)

        return self._edit(transaction, raised)

    def give_up(self, transaction: LoginTransaction) -> bool:
        """Let no browser come back to it; True for exactly one caller, False when it has ended.

        It is not taken away: of many codes at once the right one may be among those that were judged, and
        whoever came too late to be judged must not shut the door on it, neither before nor after it was.
        """

        def given_up(current: LoginTransaction) -> LoginTransaction | None:
            is_as_it_was = not current.given_up and current.evidence == transaction.evidence
            return replace(current, given_up=True) if is_as_it_was else None

        return self._edit(transaction, given_up) is not None

    def finish(self, transaction: LoginTransaction) -> bool:
        """End the attempt; True for exactly one caller, who alone may answer the portal."""
        return self._records.take(_key(transaction.brand, transaction.id)) is not None

    def _change(
        self, transaction: LoginTransaction, edit: Callable[[LoginTransaction], LoginTransaction]
    ) -> LoginTransaction:
        """The attempt after an edit; one that has ended is edited for the caller's eyes alone."""
        return self._edit(transaction, edit) or edit(transaction)

    def _edit(
        self, transaction: LoginTransaction, edit: Callable[[LoginTransaction], LoginTransaction | None]
    ) -> LoginTransaction | None:
        """Edit what is stored now, not what a slow request still remembers of it.

        None for an attempt that has ended, or that `edit` leaves as it is.
        """
        key = _key(transaction.brand, transaction.id)
        for _ in range(_ATTEMPTS):
            found = self._records.get_versioned(key)
            changed = edit(LoginTransaction.decode(found.value)) if found is not None else None
            if found is None or changed is None:
                return None
            if self._records.replace(
                key, expected_version=found.version, value=changed.encode(), expires_at=changed.expires_at
            ):
                return changed
        raise StorageUnavailable("a login attempt kept changing under our hands")


def _key(brand: str, transaction_id: str) -> RecordKey:
    return RecordKey(RecordKind.TRANSACTION, brand, transaction_id)
