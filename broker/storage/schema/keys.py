"""Keys that seal, hash and sign, and what tells that something which every process keeps has changed."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Integer, LargeBinary, String, Table, UniqueConstraint

from broker.storage.column_types import UtcDateTime
from broker.storage.schema.base import METADATA

# Keys that seal and hash, wrapped by the key-encryption key. `generation` counts per purpose and brand; its
# being unique is what makes two starters agree. A `next` key is read with but not yet written with.
DATA_KEYS = Table(
    "data_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("purpose", String(32), nullable=False),
    Column("brand", String(64), nullable=False),
    Column("generation", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("key_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("purpose", "brand", "generation"),
    CheckConstraint("state IN ('next', 'active', 'retired')", name="state"),
)

# Keys that sign tokens. They belong to the deployment, as its issuer does.
SIGNING_KEYS = Table(
    "signing_keys",
    METADATA,
    Column("kid", String(64), primary_key=True),
    Column("algorithm", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("private_pem_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("activated_at", UtcDateTime),
    Column("retired_at", UtcDateTime),
    CheckConstraint("state IN ('next', 'active', 'retired')", name="state"),
)

# Counts the changes of something that every process keeps in memory: a look tells whether to read again.
GENERATIONS = Table(
    "generations",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, nullable=False),
)
