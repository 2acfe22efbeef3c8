"""Devices that an account was used on before: found by the digest of what their cookie holds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import bindparam, delete, select, update

from broker.domain.accounts import AccountId
from broker.storage.database import Database
from broker.storage.schema import KNOWN_DEVICES
from broker.storage.sealing import Sealer

_TABLE = KNOWN_DEVICES.c
_THIS_ONE = (_TABLE.account_id == bindparam("of_account"), _TABLE.device_digest == bindparam("digest"))
_IS_KNOWN = select(_TABLE.account_id).where(*_THIS_ONE)
_SEEN = (
    update(KNOWN_DEVICES)
    .where(*_THIS_ONE)
    .values(
        label_sealed=bindparam("label"), network_block_sealed=bindparam("block"), last_seen_at=bindparam("at")
    )
)


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `label` is how its browser calls itself, `network_block` where it was seen last."""

    digest: bytes = field(repr=False)
    label: str = field(repr=False)
    network_block: str = field(repr=False)
    first_seen_at: datetime
    last_seen_at: datetime


class KnownDevices:
    """Remembers devices. `token` is the random value in a device's cookie; only its digest is kept."""

    def __init__(self, database: Database, columns: Sealer) -> None:
        self._database = database
        self._columns = columns
        self._insert = database.new_row(KNOWN_DEVICES)

    def is_known(self, account_id: AccountId, token: str) -> bool:
        """Whether the account was used on this device before."""
        values = {"of_account": account_id, "digest": device_digest(token)}
        with self._database.reading() as connection:
            return connection.execute(_IS_KNOWN, values).first() is not None

    def seen(
        self, account_id: AccountId, token: str, *, label: str, network_block: str, at: datetime
    ) -> bool:
        """The account is used on this device; True when that is for the first time."""
        digest = device_digest(token)
        sealed = {
            "label_sealed": self._columns.seal(label.encode(), context=_place(account_id, digest, "label")),
            "network_block_sealed": self._columns.seal(
                network_block.encode(), context=_place(account_id, digest, "network_block")
            ),
        }
        row = {
            "account_id": account_id,
            "device_digest": digest,
            "first_seen_at": at,
            "last_seen_at": at,
            **sealed,
        }
        with self._database.writing() as connection:
            if connection.execute(self._insert, row).rowcount == 1:
                return True
            values = {"label": sealed["label_sealed"], "block": sealed["network_block_sealed"], "at": at}
            connection.execute(_SEEN, {"of_account": account_id, "digest": digest, **values})
            return False

    def of_account(self, account_id: AccountId) -> tuple[Device, ...]:
        """Every device of an account, the last used first."""
        query = (
            select(KNOWN_DEVICES)
            .where(_TABLE.account_id == account_id)
            .order_by(_TABLE.last_seen_at.desc(), _TABLE.device_digest)
        )
        with self._database.reading() as connection:
            return tuple(
                Device(
                    digest=row.device_digest,
                    label=self._open(account_id, row.device_digest, "label", row.label_sealed),
                    network_block=self._open(
                        account_id, row.device_digest, "network_block", row.network_block_sealed
                    ),
                    first_seen_at=row.first_seen_at,
                    last_seen_at=row.last_seen_at,
                )
                for row in connection.execute(query)
            )

    def forget(self, account_id: AccountId, digest: bytes) -> bool:
        """The device is strange to the account from now on; False when it was already."""
        gone = delete(KNOWN_DEVICES).where(_TABLE.account_id == account_id, _TABLE.device_digest == digest)
        return self._database.write_alone(gone) == 1

    def forget_all(self, account_id: AccountId) -> int:
        """Every device is strange to the account; answers how many there were."""
        return self._database.write_alone(delete(KNOWN_DEVICES).where(_TABLE.account_id == account_id))

    def purge(self, *, unused_since: datetime) -> int:
        """Forgets devices that were not used since then; answers how many."""
        return self._database.write_alone(delete(KNOWN_DEVICES).where(_TABLE.last_seen_at < unused_since))

    def _open(self, account_id: AccountId, digest: bytes, column: str, sealed: bytes) -> str:
        return self._columns.open(sealed, context=_place(account_id, digest, column)).decode()


def device_digest(token: str) -> bytes:
    """SHA-256, which suffices for what is random; a forged cookie may hold anything, and finds nothing."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def _place(account_id: AccountId, digest: bytes, column: str) -> bytes:
    return f"known_devices/{account_id}/{digest.hex()}/{column}".encode()
