"""The keys that sign tokens, sealed in the database, so that every worker signs and publishes the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, bindparam, insert, select

from broker.storage.database import Database
from broker.storage.schema import SIGNING_KEYS
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


_ACTIVE = select(SIGNING_KEYS.c.kid).where(
    SIGNING_KEYS.c.algorithm == bindparam("wanted"), SIGNING_KEYS.c.state == SigningKeyState.ACTIVE.value
)
_ALL = select(SIGNING_KEYS).order_by(SIGNING_KEYS.c.created_at.desc(), SIGNING_KEYS.c.kid)


class SigningKeyRepository:
    """Reads and makes token signing keys."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns

    def ensure(self, algorithm: str, make: Callable[[], tuple[str, bytes]], now: datetime) -> None:
        """Has exactly one active key for `algorithm` (``ES256``): `make` is called only when there is none.

        `make` gives a kid and the private key as PEM. Of several starters one makes the key, the others
        wait for it.
        """
        with self._database.reading() as connection:
            if _has_active(connection, algorithm):
                return
        with self._database.writing(lock=f"signing-key {algorithm}") as connection:
            if _has_active(connection, algorithm):
                return
            kid, private_pem = make()
            connection.execute(
                insert(SIGNING_KEYS).values(
                    kid=kid,
                    algorithm=algorithm,
                    state=SigningKeyState.ACTIVE.value,
                    private_pem_sealed=self._columns.seal(private_pem, context=_place(kid, algorithm)),
                    created_at=now,
                )
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
            )
            for row in rows
        )


def _has_active(connection: Connection, algorithm: str) -> bool:
    return connection.execute(_ACTIVE, {"wanted": algorithm}).first() is not None


def _place(kid: str, algorithm: str) -> bytes:
    return f"signing_keys/{kid}/{algorithm}/private_pem".encode()
