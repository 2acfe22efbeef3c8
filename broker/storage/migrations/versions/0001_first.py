"""The first tables: keys, accounts, used messages, audit events."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    _keys()
    _accounts()
    op.create_table(
        "used_messages",
        sa.Column("scope", sa.String(128), nullable=False),
        sa.Column("message_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("scope", "message_digest", name="pk_used_messages"),
    )
    op.create_index("ix_used_messages_expires_at", "used_messages", ["expires_at"])
    _audit_events()


def _keys() -> None:
    op.create_table(
        "data_keys",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(32), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("generation", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_keys"),
        sa.UniqueConstraint("purpose", "brand", "generation", name="uq_data_keys_purpose_brand_generation"),
        sa.CheckConstraint("state IN ('next', 'active', 'retired')", name=op.f("ck_data_keys_state")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("algorithm", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("private_pem_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_keys"),
        sa.CheckConstraint("state IN ('next', 'active', 'retired')", name=op.f("ck_signing_keys_state")),
    )
    active = sa.text("state = 'active'")
    op.create_index(
        "uq_signing_keys_one_active",
        "signing_keys",
        ["algorithm"],
        unique=True,
        sqlite_where=active,
        postgresql_where=active,
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary, nullable=False),
        sa.Column("email_sealed", sa.LargeBinary, nullable=False),
        sa.Column("subject_seed_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("last_login_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.CheckConstraint("type IN ('consumer', 'business')", name=op.f("ck_accounts_type")),
        sa.CheckConstraint("state IN ('active', 'disabled')", name=op.f("ck_accounts_state")),
    )
    op.create_table(
        "account_identities",
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("scheme", sa.String(32), nullable=False),
        sa.Column("index_key_id", sa.String(16), nullable=False),
        sa.Column("identity_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("identity_sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint(
            "brand", "scheme", "index_key_id", "identity_digest", name="pk_account_identities"
        ),
        sa.ForeignKeyConstraint(
            ["index_key_id"], ["data_keys.id"], name="fk_account_identities_index_key_id"
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_identities_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_account_identities_account_id", "account_identities", ["account_id"])


def _audit_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("support_code", sa.String(32)),
        sa.Column("account_id", sa.String(36)),
        sa.Column("client_id", sa.String(255)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_brand_at", "audit_events", ["brand", "at"])
    op.create_index("ix_audit_events_account_id_at", "audit_events", ["account_id", "at"])


def downgrade() -> None:
    """Drops every table, and with them all that they hold."""
    for table in (
        "audit_events",
        "used_messages",
        "account_identities",
        "accounts",
        "signing_keys",
        "data_keys",
    ):
        op.drop_table(table)
