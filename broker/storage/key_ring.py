"""The data keys: made once, wrapped by the key-encryption key, the same for every process of a deployment."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Connection, select

from broker.domain.clock import Clock
from broker.errors import ConfigurationError
from broker.storage.database import Database
from broker.storage.keyed_hash import BlindIndex, NameKey
from broker.storage.record_keys import RecordKeys
from broker.storage.schema import DATA_KEYS, NO_BRAND
from broker.storage.sealing import KEY_ID_BYTES, DataKey, SealBroken, Sealer
from broker.storage.xaes import KEY_BYTES

_LOCK = "data-keys"


class Purpose(StrEnum):
    """What a data key is for; no key has two purposes."""

    RECORDS = "records"
    RECORD_NAMES = "record-names"
    COLUMNS = "columns"
    BLIND_INDEX = "blind-index"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """All data keys of a deployment, ready for use. `blind_indexes` is by brand."""

    records: RecordKeys
    columns: Sealer
    blind_indexes: Mapping[str, BlindIndex]


@dataclass(frozen=True, slots=True)
class _Need:
    purpose: Purpose
    brand: str = NO_BRAND


@dataclass(frozen=True, slots=True)
class _Maker:
    """What it takes to make and unwrap data keys."""

    wrapper: Sealer
    clock: Clock
    random_bytes: Callable[[int], bytes]


def open_key_ring(
    database: Database,
    key_encryption_key: DataKey,
    *,
    brands: Iterable[str],
    clock: Clock,
    random_bytes: Callable[[int], bytes] = os.urandom,
) -> KeyRing:
    """Reads the keys for `brands`, and makes those that are missing; starters that race end up with the same.

    Raises `ConfigurationError` when the key-encryption key is not the one that wrapped what is there; then
    nothing is made.
    """
    brand_names = sorted(brands)
    needs = [_Need(Purpose.RECORDS), _Need(Purpose.RECORD_NAMES), _Need(Purpose.COLUMNS)]
    needs += [_Need(Purpose.BLIND_INDEX, brand) for brand in brand_names]
    maker = _Maker(Sealer([key_encryption_key]), clock, random_bytes)
    keys = _read_or_make(database, needs, maker)
    names = NameKey(keys[_Need(Purpose.RECORD_NAMES)][0].secret)
    return KeyRing(
        records=RecordKeys(Sealer(keys[_Need(Purpose.RECORDS)]), names),
        columns=Sealer(keys[_Need(Purpose.COLUMNS)]),
        blind_indexes={
            brand: BlindIndex(brand, keys[_Need(Purpose.BLIND_INDEX, brand)]) for brand in brand_names
        },
    )


def count_data_keys(database: Database, key_encryption_key: DataKey) -> int:
    """How many data keys there are, each opened once to see; makes none.

    Raises `ConfigurationError` when the key-encryption key is not theirs.
    """
    maker = _Maker(Sealer([key_encryption_key]), lambda: datetime.now(UTC), os.urandom)
    with database.reading() as connection:
        return sum(len(keys) for keys in _read(connection, maker).values())


def _read_or_make(database: Database, needs: list[_Need], maker: _Maker) -> dict[_Need, list[DataKey]]:
    with database.reading() as connection:
        keys = _read(connection, maker)
    if all(need in keys for need in needs):
        return keys
    with database.writing(lock=_LOCK) as connection:
        # Another starter may have made some while we waited for the lock.
        keys = _read(connection, maker)
        for need in needs:
            if need not in keys:
                keys[need] = [_make(connection, need, maker)]
    return keys


def _read(connection: Connection, maker: _Maker) -> dict[_Need, list[DataKey]]:
    """The keys in use, for each need the one to write with first: the newest that is active."""
    rows = connection.execute(select(DATA_KEYS).where(DATA_KEYS.c.state != "retired")).all()
    keys: dict[_Need, list[DataKey]] = {}
    for row in sorted(rows, key=lambda row: (row.state != "active", -row.generation)):
        need = _Need(Purpose(row.purpose), row.brand)
        secret = _unwrap(row.key_sealed, _place(row.id, need, row.generation), maker)
        keys.setdefault(need, []).append(DataKey(row.id, secret))
    return keys


def _unwrap(sealed: bytes, place: bytes, maker: _Maker) -> bytes:
    try:
        return maker.wrapper.open(sealed, context=place)
    except SealBroken as error:
        fault = (
            "the key-encryption key does not open the data keys in the database: give the key this database "
            f"was made with, or start with an empty database ({error.detail})"
        )
        raise ConfigurationError((fault,)) from None


def _make(connection: Connection, need: _Need, maker: _Maker) -> DataKey:
    key = DataKey(maker.random_bytes(KEY_ID_BYTES).hex(), maker.random_bytes(KEY_BYTES))
    generation = 1
    created_at: datetime = maker.clock()
    connection.execute(
        DATA_KEYS.insert().values(
            id=key.id,
            purpose=need.purpose.value,
            brand=need.brand,
            generation=generation,
            state="active",
            key_sealed=maker.wrapper.seal(key.secret, context=_place(key.id, need, generation)),
            created_at=created_at,
        )
    )
    return key


def _place(key_id: str, need: _Need, generation: int) -> bytes:
    return f"data_keys/{key_id}/{need.purpose}/{need.brand}/{generation}".encode()
