"""Second factors and recovery codes; messages may be texts and calls beside mail."""

import sqlalchemy as sa
from alembic import op

revision = "0007_second_factors"
down_revision = "0006_passwords"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_CHANNELS = ("mail",)
_MORE_CHANNELS = ("mail", "sms", "voice")


def upgrade() -> None:
    """Makes both tables and allows the new channels."""
    op.create_table(
        "second_factors",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary, nullable=False),
        sa.Column("label", sa.String(64), nullable=False),
        sa.Column("last_step", sa.BigInteger),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_second_factors"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_second_factors_account_id", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("account_id", "kind", name="uq_second_factors_account_id_kind"),
        sa.CheckConstraint("kind IN ('totp', 'sms', 'voice')", name=op.f("ck_second_factors_kind")),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.PrimaryKeyConstraint("account_id", "code_digest", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_recovery_codes_account_id", ondelete="CASCADE"
        ),
    )
    _allow(_MORE_CHANNELS)
    op.create_index(
        "ix_messages_channel_state_next_attempt_at", "messages", ["channel", "state", "next_attempt_at"]
    )


def _allow(channels: tuple[str, ...]) -> None:
    """Lets messages go by these channels and no others."""
    condition = f"channel IN ({', '.join(repr(channel) for channel in channels)})"
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_messages_channel"), "messages", type_="check")
        op.create_check_constraint(op.f("ck_messages_channel"), "messages", condition)
        return
    # SQLite changes a constraint by making the table anew; nothing refers to messages.
    op.execute("CREATE TEMPORARY TABLE messages_before AS SELECT * FROM messages")
    op.drop_table("messages")
    _sqlite_messages(condition)
    op.execute("INSERT INTO messages SELECT * FROM messages_before")
    op.execute("DROP TABLE messages_before")


def _sqlite_messages(condition: str) -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("idempotency_key", sa.String(255), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(16), nullable=False),
        sa.Column("purpose", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("lease_holder", sa.String(32)),
        sa.Column("recipient_sealed", sa.LargeBinary),
        sa.Column("content_sealed", sa.LargeBinary),
        sa.Column("fault", sa.String(64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.UniqueConstraint("idempotency_key", name="uq_messages_idempotency_key"),
        sa.CheckConstraint(condition, name=op.f("ck_messages_channel")),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'dead')", name=op.f("ck_messages_state")
        ),
    )
    op.create_index("ix_messages_state_next_attempt_at", "messages", ["state", "next_attempt_at"])


def downgrade() -> None:
    """Drops both tables, and with them what only the new version could send."""
    op.drop_index("ix_messages_channel_state_next_attempt_at", "messages")
    op.execute("DELETE FROM messages WHERE channel <> 'mail'")
    _allow(_CHANNELS)
    op.drop_table("recovery_codes")
    op.drop_table("second_factors")
