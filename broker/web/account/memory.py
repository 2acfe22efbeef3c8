"""What the account area remembers of a session between two requests: how far a proof is, what was done."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Self

from broker.storage.records import RecordKey, RecordKind, RecordStore

PROOF_LIFETIME: Final = timedelta(minutes=15)
"""How long a right password waits for the second factor, as at a login."""

_NOTE_LIFETIME: Final = timedelta(minutes=1)
_NO_SCOPE: Final = "-"
_ATTEMPT_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class Proof:
    """A right password that waits for a second factor. `attempt` is what guesses are counted by.

    `goal` is the page that the proof is for; `secret_sha256` binds it to the cookie that it was begun with.
    """

    attempt: str
    goal: str
    began_at: datetime
    secret_sha256: str = field(repr=False)

    @classmethod
    def begin(cls, goal: str, secret_sha256: str, now: datetime) -> Self:
        """A new one, in which nothing was guessed yet."""
        return cls(f"confirm {secrets.token_urlsafe(_ATTEMPT_BYTES)}", goal, now, secret_sha256)

    def encode(self) -> bytes:
        """As bytes for the store, which seals them."""
        return json.dumps([self.attempt, self.goal, self.began_at.isoformat(), self.secret_sha256]).encode()

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read what `encode` wrote."""
        attempt, goal, began_at, secret = json.loads(data)
        return cls(attempt, goal, datetime.fromisoformat(began_at), secret)


class AccountMemory:
    """Keeps a proof, an enrolment's place and a note for each session."""

    def __init__(self, records: RecordStore) -> None:
        self._records = records

    def keep_proof(self, sid: str, proof: Proof, *, now: datetime) -> None:
        """In the place of an earlier one."""
        self._records.put(_key(sid, "proof"), proof.encode(), expires_at=now + PROOF_LIFETIME)

    def proof(self, sid: str, secret_sha256: str) -> Proof | None:
        """The one that waits, if it was begun with this cookie."""
        found = self._records.get(_key(sid, "proof"))
        proof = Proof.decode(found) if found is not None else None
        if proof is None or proof.secret_sha256 != secret_sha256:
            return None
        is_given_up = self._records.get(_key(proof.attempt, "given up")) is not None
        return None if is_given_up else proof

    def give_up_proof(self, proof: Proof, *, now: datetime) -> None:
        """Too much was guessed in it: no browser comes back to it.

        It is not taken away: of many codes at once the right one may be among those that were judged, and
        whoever came too late to be judged must not shut the door on it.
        """
        self._records.put(_key(proof.attempt, "given up"), b"-", expires_at=now + PROOF_LIFETIME)

    def take_proof(self, sid: str, proof: Proof) -> bool:
        """Go on with it, given up or not; True for one caller, and only when it is this one that waits."""
        found = self._records.take(_key(sid, "proof"))
        return found is not None and Proof.decode(found).attempt == proof.attempt

    def forget_proof(self, sid: str) -> None:
        """Let nobody go on with it."""
        self._records.delete(_key(sid, "proof"))

    def note(self, sid: str, page: str, code: str, *, now: datetime) -> None:
        """Let a page tell what was done, for a short while."""
        note = json.dumps([page, code]).encode()
        self._records.put(_key(sid, "note"), note, expires_at=now + _NOTE_LIFETIME)

    def noted(self, sid: str, page: str) -> str | None:
        """What this page has to tell."""
        found = self._records.get(_key(sid, "note"))
        raw: Any = json.loads(found) if found is not None else None
        return str(raw[1]) if raw is not None and raw[0] == page else None


def _key(sid: str, what: str) -> RecordKey:
    return RecordKey(RecordKind.ACCOUNT_VISIT, _NO_SCOPE, f"{what} {sid}")
