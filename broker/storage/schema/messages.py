"""Messages: to people and portals, until they arrive, and from providers, once used; closed providers too."""

from __future__ import annotations

from sqlalchemy import (
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

# Messages to people, from the transaction that caused them until a mail server has them. `lease_holder` is
# a random word: only who holds it may say how the sending ended. Recipient and content are wiped in the end.
MESSAGES = Table(
    "messages",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("idempotency_key", String(255), nullable=False, unique=True),
    Column("brand", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("purpose", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("lease_holder", String(32)),
    Column("recipient_sealed", LargeBinary),
    Column("content_sealed", LargeBinary),
    Column("fault", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    CheckConstraint("channel IN ('mail', 'sms', 'voice')", name="channel"),
    CheckConstraint("state IN ('waiting', 'sending', 'delivered', 'dead')", name="state"),
    Index("ix_messages_state_next_attempt_at", "state", "next_attempt_at"),
    Index("ix_messages_channel_state_next_attempt_at", "channel", "state", "next_attempt_at"),
)

# Portals that must be told of a session's end; a row that is over stays a while, so none is told twice.
LOGOUT_NOTICES = Table(
    "logout_notices",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("brand", String(64), nullable=False),
    Column("sid", String(64), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("subject_sealed", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_attempt_at", UtcDateTime, nullable=False),
    Column("lease_until", UtcDateTime),
    Column("lease_holder", String(32)),
    Column("fault", String(64)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
    UniqueConstraint("sid", "client_id"),
    CheckConstraint("state IN ('waiting', 'sending', 'delivered', 'dead')", name="state"),
    Index("ix_logout_notices_state_next_attempt_at", "state", "next_attempt_at"),
)

# Messages that were used up, kept until they could not be valid any more.
USED_MESSAGES = Table(
    "used_messages",
    METADATA,
    Column("scope", String(128), primary_key=True),
    Column("message_digest", LargeBinary(32), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# Ways of logging in that an operator closed; `brand` is `NO_BRAND` when it is for all of them.
PROVIDER_OUTAGES = Table(
    "provider_outages",
    METADATA,
    Column("provider", String(64), primary_key=True),
    Column("brand", String(64), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime),
    Column("text_nl", Text),
    Column("text_en", Text),
)
