"""Organisations, their collectivities, and who may do what there."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
)

from broker.storage.column_types import UtcDateTime, ordered_text
from broker.storage.schema.base import METADATA

# Organisations as one brand knows them; `branch` is `NO_BRANCH` for the whole.
ORGANISATIONS = Table(
    "organisations",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("brand", String(64), nullable=False),
    Column("kvk", String(8), nullable=False),
    Column("branch", String(12), nullable=False),
    Column("name", String(200), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("brand", "kvk", "branch"),
)

# Group contracts. How they are reached may name people, so that it is sealed.
COLLECTIVITIES = Table(
    "collectivities",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("brand", String(64), nullable=False),
    Column("number", String(32), nullable=False),
    Column("customer_number", String(32), nullable=False),
    Column("name", String(200), nullable=False),
    Column("organisation_id", String(36), ForeignKey("organisations.id"), nullable=False, index=True),
    Column("contact_sealed", LargeBinary),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("brand", "number"),
)

# Who belongs to which collectivity. `sort_key` is its name and number, so that the list of an account stands
# in order; it is written anew when the name changes.
MEMBERSHIPS = Table(
    "memberships",
    METADATA,
    Column("account_id", String(36), ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "collectivity_id",
        String(36),
        ForeignKey("collectivities.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
    Column("sort_key", ordered_text(255), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_memberships_account_id_sort_key", "account_id", "sort_key", "collectivity_id"),
)

# The words by which an account finds a collectivity among thousands: a search reads those of one account.
MEMBERSHIP_WORDS = Table(
    "membership_words",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("word", ordered_text(40), primary_key=True),
    Column("collectivity_id", String(36), primary_key=True),
    ForeignKeyConstraint(
        ["account_id", "collectivity_id"],
        ["memberships.account_id", "memberships.collectivity_id"],
        ondelete="CASCADE",
    ),
    Index("ix_membership_words_collectivity_id_account_id_word", "collectivity_id", "account_id", "word"),
)

# A role of an account for a collectivity. A row that ended is gone: what was is in the audit log.
# `given_by` is no foreign key: who gave a role may be erased, and the role stays.
ROLE_GRANTS = Table(
    "role_grants",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("collectivity_id", String(36), primary_key=True),
    Column("role", String(40), primary_key=True),
    Column("given_at", UtcDateTime, nullable=False),
    Column("given_by", String(36)),
    Column("reason", String(200), nullable=False),
    Column("ends_at", UtcDateTime),
    ForeignKeyConstraint(
        ["account_id", "collectivity_id"],
        ["memberships.account_id", "memberships.collectivity_id"],
        ondelete="CASCADE",
    ),
    # All that counting the reach of an account looks at, in one place.
    Index(
        "ix_role_grants_account_id_collectivity_id_role_ends_at",
        "account_id",
        "collectivity_id",
        "role",
        "ends_at",
    ),
)

# For which collectivity somebody worked last; a login begins there.
LAST_RELATIONS = Table(
    "last_relations",
    METADATA,
    Column("account_id", String(36), primary_key=True),
    Column("collectivity_id", String(36), nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    ForeignKeyConstraint(
        ["account_id", "collectivity_id"],
        ["memberships.account_id", "memberships.collectivity_id"],
        ondelete="CASCADE",
    ),
)
