"""The tables. What a column ending in `_sealed` holds only `broker.storage.sealing` can read.

A change here comes with a migration; a test compares the two on each database.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from broker.storage.column_types import UtcDateTime

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

NO_BRAND = "-"
"""Stands in `data_keys.brand` for keys that serve all brands (a null would not be unique)."""

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
    CheckConstraint("state IN ('next', 'active', 'retired')", name="state"),
)
Index(
    "uq_signing_keys_one_active",
    SIGNING_KEYS.c.algorithm,
    unique=True,
    sqlite_where=SIGNING_KEYS.c.state == "active",
    postgresql_where=SIGNING_KEYS.c.state == "active",
)

ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("brand", String(64), nullable=False),
    Column("type", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("email_sealed", LargeBinary, nullable=False),
    Column("subject_seed_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_login_at", UtcDateTime),
    CheckConstraint("type IN ('consumer', 'business')", name="type"),
    CheckConstraint("state IN ('active', 'disabled')", name="state"),
)

# How an account is found by what a provider says of a person: by keyed hash, with one row per key in use.
# The value itself is kept sealed, so that the rows of a new key can be made without the person.
ACCOUNT_IDENTITIES = Table(
    "account_identities",
    METADATA,
    Column("brand", String(64), primary_key=True),
    Column("scheme", String(32), primary_key=True),
    Column("index_key_id", String(16), ForeignKey("data_keys.id"), primary_key=True),
    Column("identity_digest", LargeBinary(32), primary_key=True),
    Column(
        "account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("identity_sealed", LargeBinary, nullable=False),
)

# Messages that were used up, kept until they could not be valid any more.
USED_MESSAGES = Table(
    "used_messages",
    METADATA,
    Column("scope", String(128), primary_key=True),
    Column("message_digest", LargeBinary(32), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# What happened. Ids start with the moment, so that rows arrive nearly in order; they are no chain: a chain
# gets its lane, position and digests as columns of its own, over the exact text of `detail`. No foreign key
# to accounts: the log outlives them.
AUDIT_EVENTS = Table(
    "audit_events",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("brand", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("result", String(32), nullable=False),
    Column("support_code", String(32)),
    Column("account_id", String(36)),
    Column("client_id", String(255)),
    Column("detail", Text, nullable=False),
    Index("ix_audit_events_brand_at", "brand", "at"),
    Index("ix_audit_events_account_id_at", "account_id", "at"),
)
