"""Portals to be told of ended sessions; and when token signing keys came into use and went out of it."""

import sqlalchemy as sa
from alembic import op

revision = "0005_logout_and_key_rotation"
down_revision = "0004_audit_chain"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes both tables, the columns and the index. A key in use counts as activated when it was made."""
    op.create_table(
        "logout_notices",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("sid", sa.String(64), nullable=False),
        sa.Column("client_id", sa.String(255), nullable=False),
        sa.Column("subject_sealed", sa.LargeBinary),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_attempt_at", _MOMENT, nullable=False),
        sa.Column("lease_until", _MOMENT),
        sa.Column("lease_holder", sa.String(32)),
        sa.Column("fault", sa.String(64)),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("settled_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_logout_notices"),
        sa.UniqueConstraint("sid", "client_id", name="uq_logout_notices_sid_client_id"),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'delivered', 'dead')", name=op.f("ck_logout_notices_state")
        ),
    )
    op.create_index("ix_logout_notices_state_next_attempt_at", "logout_notices", ["state", "next_attempt_at"])
    op.create_table(
        "generations",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_generations"),
    )
    op.add_column("signing_keys", sa.Column("activated_at", _MOMENT))
    op.add_column("signing_keys", sa.Column("retired_at", _MOMENT))
    op.execute("UPDATE signing_keys SET activated_at = created_at WHERE state = 'active'")
    op.create_index(
        "uq_signing_keys_one_next",
        "signing_keys",
        ["algorithm"],
        unique=True,
        sqlite_where=sa.text("state = 'next'"),
        postgresql_where=sa.text("state = 'next'"),
    )


def downgrade() -> None:
    """Drops all of it."""
    op.drop_index("uq_signing_keys_one_next", "signing_keys")
    op.drop_column("signing_keys", "retired_at")
    op.drop_column("signing_keys", "activated_at")
    op.drop_table("generations")
    op.drop_table("logout_notices")
