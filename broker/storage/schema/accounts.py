"""Accounts, how they are found, and what proves that somebody may use one."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from broker.storage.column_types import UtcDateTime
from broker.storage.schema.base import METADATA

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
    CheckConstraint("type IN ('consumer', 'business', 'staff')", name="type"),
    CheckConstraint("state IN ('invited', 'active', 'held', 'disabled', 'erased')", name="state"),
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

# Codes that bind somebody who comes by eHerkenning to an account; of a code a keyed hash only.
BINDING_CODES = Table(
    "binding_codes",
    METADATA,
    Column("brand", String(64), primary_key=True),
    Column("index_key_id", String(16), ForeignKey("data_keys.id"), primary_key=True),
    Column("code_digest", LargeBinary(32), primary_key=True),
    Column(
        "account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True
    ),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

# Who asked for an account; what they wrote and what eHerkenning said of them is sealed. A desk decides.
ACCOUNT_REQUESTS = Table(
    "account_requests",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("brand", String(64), nullable=False),
    Column("portal", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content_sealed", LargeBinary, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("state IN ('received', 'approved', 'refused')", name="state"),
    Index("ix_account_requests_brand_state_created_at", "brand", "state", "created_at"),
)

# What proves that somebody may use an account by password: argon2id in PHC form, with salt and parameters.
ACCOUNT_PASSWORDS = Table(
    "account_passwords",
    METADATA,
    Column("account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("hash", String(255), nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# Devices on which an account was used before, found by the digest of what their cookie holds.
KNOWN_DEVICES = Table(
    "known_devices",
    METADATA,
    Column("account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("device_digest", LargeBinary(32), primary_key=True),
    Column("label_sealed", LargeBinary, nullable=False),
    Column("network_block_sealed", LargeBinary, nullable=False),
    Column("first_seen_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False, index=True),
)

# What proves beside a password that somebody may use an account: one of a kind. `last_step` is the newest
# time step of which a code was used (RFC 6238 5.2); the secret is the key of an app, or a telephone number.
SECOND_FACTORS = Table(
    "second_factors",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("secret_sealed", LargeBinary, nullable=False),
    Column("label", String(64), nullable=False),
    Column("last_step", BigInteger),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("account_id", "kind"),
    CheckConstraint("kind IN ('totp', 'sms', 'voice')", name="kind"),
)

# Codes for when every factor is lost: slow hashes (`broker.mfa.recovery_codes`), each used once.
RECOVERY_CODES = Table(
    "recovery_codes",
    METADATA,
    Column("account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("code_digest", LargeBinary(32), primary_key=True),
    Column("used_at", UtcDateTime),
)
