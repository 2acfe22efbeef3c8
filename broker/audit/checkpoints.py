"""Signs where the chains are, once a minute, so that their first and last events are covered as well."""

from __future__ import annotations

from datetime import timedelta

import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from broker.audit.checkpoint_format import (
    Checkpoint,
    NotACheckpoint,
    PublicKeys,
    digest_of,
    key_id,
    payload_of,
    sign,
)
from broker.domain.clock import Clock
from broker.storage.audit_chain import LaneHead, moment_text
from broker.storage.audit_checkpoints import (
    AuditKeyRepository,
    CheckpointRepository,
    StoredAuditKey,
    StoredCheckpoint,
)

INTERVAL = timedelta(seconds=60)
_FULL_EVERY = 60
_FIRST = 1

_log = structlog.get_logger("broker.audit")
Lanes = dict[tuple[str, int], LaneHead]


class Checkpointer:
    """Makes the next checkpoint when it is time; of several workers one does."""

    def __init__(self, checkpoints: CheckpointRepository, keys: AuditKeyRepository, clock: Clock) -> None:
        self._checkpoints = checkpoints
        self._keys = keys
        self._clock = clock

    def run(self) -> int:
        """1 when a checkpoint was made, else 0."""
        if not self._is_due(self._checkpoints.last()):
            return 0
        return 1 if self._checkpoints.add(self._next) else 0

    def public_keys(self) -> PublicKeys:
        """The keys that our checkpoints are signed with."""
        return PublicKeys(_private(key).public_key() for key in self._keys.all())

    def public_pems(self) -> tuple[bytes, ...]:
        """The same for whoever verifies without our database, newest first."""
        form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return tuple(_private(key).public_key().public_bytes(*form) for key in self._keys.all())

    def _is_due(self, last: StoredCheckpoint | None) -> bool:
        # A demo's clock may have been moved back; then a checkpoint is as due as can be.
        return last is None or not timedelta() <= self._clock() - last.at < INTERVAL

    def _next(self, last: StoredCheckpoint | None, heads: tuple[LaneHead, ...]) -> StoredCheckpoint | None:
        if not self._is_due(last):
            return None
        number = last.number + 1 if last else _FIRST
        known = self._state_at(last.number) if last else {}
        is_full = known is None or number % _FULL_EVERY == _FIRST
        if known is None or _gone_back(known, heads):
            # What was signed before stays the proof of it; from here on the lanes are covered again.
            _log.error("the audit chain is not what was signed; run: broker audit verify", checkpoint=number)
            is_full, known = True, {}
        moved = (
            heads if is_full else tuple(head for head in heads if known.get((head.brand, head.lane)) != head)
        )
        return self._signed(number, moved, last, is_full=is_full)

    def _signed(
        self, number: int, heads: tuple[LaneHead, ...], last: StoredCheckpoint | None, *, is_full: bool
    ) -> StoredCheckpoint:
        now = self._clock()
        key = self._keys.ensure(_new_key, now)[0]
        previous = digest_of(last.payload) if last else None
        payload = payload_of(Checkpoint(number, moment_text(now), is_full, previous, heads), key.kid)
        return StoredCheckpoint(number, now, is_full, payload, sign(payload, _private(key)))

    def _state_at(self, number: int) -> Lanes | None:
        """The lanes as they were signed; None when that cannot be read."""
        keys = self.public_keys()
        state: Lanes = {}
        try:
            for stored in self._checkpoints.after(self._checkpoints.base_of(number) - 1):
                state.update(by_lane(keys.read(stored.payload, stored.signature).heads))
        except NotACheckpoint:
            return None
        return state


def by_lane(heads: tuple[LaneHead, ...]) -> Lanes:
    """Heads by their place."""
    return {(head.brand, head.lane): head for head in heads}


def _gone_back(known: Lanes, heads: tuple[LaneHead, ...]) -> LaneHead | None:
    """A lane that ends before what was signed, or otherwise than that: nothing is signed over it."""
    now = by_lane(heads)
    for place, before in known.items():
        found = now.get(place)
        same_place = found is not None and found.sequence == before.sequence
        if found is None or found.sequence < before.sequence or (same_place and found != before):
            return before
    return None


def _new_key() -> StoredAuditKey:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return StoredAuditKey(key_id(key.public_key()), pem)


def _private(key: StoredAuditKey) -> ec.EllipticCurvePrivateKey:
    loaded = load_pem_private_key(key.private_pem, None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError("an audit key is an elliptic curve key")
    return loaded
