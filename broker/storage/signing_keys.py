"""The keys that sign tokens, sealed in the database, so that every worker signs and publishes the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from sqlalchemy import Connection, Update, bindparam, delete, insert, select, update

from broker.storage.database import Database
from broker.storage.schema import GENERATIONS, SIGNING_KEYS
from broker.storage.sealing import Sealer


class SigningKeyState(StrEnum):
    """Published but not used yet, in use, or only there until the last token it signed has expired."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class StoredSigningKey:
    """One key. `private_pem` is PKCS #8, unencrypted once it is here."""

    kid: str
    algorithm: str
    state: SigningKeyState
    private_pem: bytes = field(repr=False)
    created_at: datetime
    activated_at: datetime | None = None
    retired_at: datetime | None = None


class _Found(NamedTuple):
    kid: str
    created_at: datetime


_GENERATION = "signing-keys"
_IN_STATE = select(SIGNING_KEYS.c.kid, SIGNING_KEYS.c.created_at).where(
    SIGNING_KEYS.c.algorithm == bindparam("wanted"), SIGNING_KEYS.c.state == bindparam("in_state")
)
_NUMBER = select(GENERATIONS.c.number).where(GENERATIONS.c.name == _GENERATION)
_ALL = select(SIGNING_KEYS).order_by(SIGNING_KEYS.c.created_at.desc(), SIGNING_KEYS.c.kid)


class SigningKeyRepository:
    """Reads, makes and moves on token signing keys; every step is one transaction over all processes."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns
        self._first_number = database.new_row(GENERATIONS)

    def ensure(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> None:
        """Has exactly one active key for `algorithm` (``ES256``): `make` is called only when there is none.

        `make` gives a kid and the private key as PEM. Of several starters one makes the key, the others
        wait for it.
        """
        self._make_if_absent(SigningKeyState.ACTIVE, algorithm, make, now)

    def prepare(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> bool:
        """The same for the next key, which is published and does not sign; whether it was made."""
        return self._make_if_absent(SigningKeyState.NEXT, algorithm, make, now)

    def promote(self, algorithm: str, *, made_before: datetime, now: datetime) -> bool:
        """Makes the next key the active one and retires the one before, in one step.

        False, and nothing changed, when there is no next key that was made by `made_before`.
        """
        with self._database.writing(lock=_lock(algorithm)) as connection:
            coming = _in_state(connection, algorithm, SigningKeyState.NEXT)
            if coming is None or coming.created_at > made_before:
                return False
            going = _in_state(connection, algorithm, SigningKeyState.ACTIVE)
            if going is not None:
                retired = {"state": SigningKeyState.RETIRED.value, "retired_at": now}
                connection.execute(_of(going.kid).values(**retired))
            active = {"state": SigningKeyState.ACTIVE.value, "activated_at": now}
            connection.execute(_of(coming.kid).values(**active))
            self._changed(connection)
        return True

    def withdraw(self, kid: str) -> bool:
        """Destroys a key that does not sign; False when there is none such."""
        with self._database.writing() as connection:
            gone = delete(SIGNING_KEYS).where(
                SIGNING_KEYS.c.kid == kid, SIGNING_KEYS.c.state != SigningKeyState.ACTIVE.value
            )
            if connection.execute(gone).rowcount == 0:
                return False
            self._changed(connection)
        return True

    def generation(self) -> int:
        """A number that changes with every change of the keys; one cheap look."""
        with self._database.reading() as connection:
            return connection.execute(_NUMBER).scalar() or 0

    def _make_if_absent(
        self, state: SigningKeyState, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime
    ) -> bool:
        with self._database.reading() as connection:
            if _in_state(connection, algorithm, state) is not None:
                return False
        with self._database.writing(lock=_lock(algorithm)) as connection:
            if _in_state(connection, algorithm, state) is not None:
                return False
            kid, private_pem = make()
            connection.execute(
                insert(SIGNING_KEYS).values(
                    kid=kid,
                    algorithm=algorithm,
                    state=state.value,
                    private_pem_sealed=self._columns.seal(private_pem, context=_place(kid, algorithm)),
                    created_at=now,
                    activated_at=now if state is SigningKeyState.ACTIVE else None,
                )
            )
            self._changed(connection)
        return True

    def _changed(self, connection: Connection) -> None:
        """Lets every process read the keys again."""
        connection.execute(self._first_number, {"name": _GENERATION, "number": 0})
        connection.execute(
            update(GENERATIONS)
            .where(GENERATIONS.c.name == _GENERATION)
            .values(number=GENERATIONS.c.number + 1)
        )

    def all(self) -> tuple[StoredSigningKey, ...]:
        """Every key, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_ALL).all()
        return tuple(
            StoredSigningKey(
                kid=row.kid,
                algorithm=row.algorithm,
                state=SigningKeyState(row.state),
                private_pem=self._columns.open(
                    row.private_pem_sealed, context=_place(row.kid, row.algorithm)
                ),
                created_at=row.created_at,
                activated_at=row.activated_at,
                retired_at=row.retired_at,
            )
            for row in rows
        )


def _in_state(connection: Connection, algorithm: str, state: SigningKeyState) -> _Found | None:
    row = connection.execute(_IN_STATE, {"wanted": algorithm, "in_state": state.value}).first()
    return None if row is None else _Found(row.kid, row.created_at)


def _of(kid: str) -> Update:
    return update(SIGNING_KEYS).where(SIGNING_KEYS.c.kid == kid)


def _lock(algorithm: str) -> str:
    return f"signing-key {algorithm}"


def _place(kid: str, algorithm: str) -> bytes:
    return f"signing_keys/{kid}/{algorithm}/private_pem".encode()
