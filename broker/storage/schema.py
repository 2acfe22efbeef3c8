"""The tables. What a column ending in `_sealed` holds only `broker.storage.sealing` can read.

A change here comes with a migration; a test compares the two on each database.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from broker.storage.column_types import UtcDateTime, ordered_text

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

NO_BRANCH = "-"
"""Stands in `organisations.branch` for an organisation as a whole, likewise."""

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
