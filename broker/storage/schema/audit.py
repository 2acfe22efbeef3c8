"""What happened, chained and signed, and the keys for what it holds of persons."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from broker.storage.column_types import UtcDateTime
from broker.storage.schema.base import METADATA

# What happened, chained: `sequence` counts within a lane of a brand, `link` is the digest over this event and
# the link before it (`broker.storage.audit_chain`). Ids start with the moment: old rows stand together.
# No foreign key to accounts: the log outlives them. Triggers refuse every change.
AUDIT_EVENTS = Table(
    "audit_events",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("brand", String(64), nullable=False),
    Column("lane", Integer, nullable=False),
    Column("sequence", BigInteger, nullable=False),
    Column("kind", String(64), nullable=False),
    Column("result", String(32), nullable=False),
    Column("actor", String(16), nullable=False),
    Column("actor_id", String(255)),
    Column("on_behalf_of", String(255)),
    Column("support_code", String(32), index=True),
    Column("account_id", String(36)),
    Column("client_id", String(255)),
    Column("detail", Text, nullable=False),
    Column("person", String(64)),
    Column("person_sealed", LargeBinary),
    Column("link", LargeBinary(32), nullable=False),
    UniqueConstraint("brand", "lane", "sequence"),
    CheckConstraint("sequence > 0", name="sequence"),
    Index("ix_audit_events_brand_at", "brand", "at"),
    Index("ix_audit_events_account_id_at", "account_id", "at"),
)

# The end of each lane; locking a row of it is what keeps two events from taking one place.
AUDIT_HEADS = Table(
    "audit_heads",
    METADATA,
    Column("brand", String(64), primary_key=True),
    Column("lane", Integer, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("link", LargeBinary(32), nullable=False),
)

# What the worker signed: `payload` is the exact text under the signature, the rest is for looking up.
AUDIT_CHECKPOINTS = Table(
    "audit_checkpoints",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("is_full", Boolean, nullable=False),
    Column("payload", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

# Keys that sign checkpoints. The private half is sealed and the public one derived from it, so that whoever
# can only write to the database cannot put a key of their own here.
AUDIT_KEYS = Table(
    "audit_keys",
    METADATA,
    Column("kid", String(64), primary_key=True),
    Column("private_pem_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

# One key a person, for what the log holds of them. Erasing the key erases that wherever the log is; the row
# stays, so that nobody who was erased gets a new key.
AUDIT_PERSONS = Table(
    "audit_persons",
    METADATA,
    Column("person", String(64), primary_key=True),
    Column("key_id", String(16), nullable=False),
    Column("key_sealed", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    Column("erased_at", UtcDateTime),
)
