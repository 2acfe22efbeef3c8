"""Codes that bind somebody who comes by eHerkenning to an account, and who asked for an account."""

import sqlalchemy as sa
from alembic import op

revision = "0010_eherkenning"
down_revision = "0009_staff"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "binding_codes",
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("index_key_id", sa.String(16), nullable=False),
        sa.Column("code_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("used_at", _MOMENT),
        sa.PrimaryKeyConstraint("brand", "index_key_id", "code_digest", name="pk_binding_codes"),
        sa.ForeignKeyConstraint(["index_key_id"], ["data_keys.id"], name="fk_binding_codes_index_key_id"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_binding_codes_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_binding_codes_account_id", "binding_codes", ["account_id"])
    op.create_table(
        "account_requests",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("portal", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_requests"),
        sa.CheckConstraint(
            "state IN ('received', 'approved', 'refused')", name=op.f("ck_account_requests_state")
        ),
    )
    op.create_index(
        "ix_account_requests_brand_state_created_at", "account_requests", ["brand", "state", "created_at"]
    )


def downgrade() -> None:
    """Takes them away."""
    op.drop_table("account_requests")
    op.drop_table("binding_codes")
