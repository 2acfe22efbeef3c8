"""Announced outages of providers, and the support code as a way into the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0002_outages"
down_revision = "0001"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the table and the index."""
    op.create_table(
        "provider_outages",
        sa.Column("provider", sa.String(64), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("until", _MOMENT),
        sa.Column("text_nl", sa.Text),
        sa.Column("text_en", sa.Text),
        sa.PrimaryKeyConstraint("provider", "brand", name="pk_provider_outages"),
    )
    op.create_index("ix_audit_events_support_code", "audit_events", ["support_code"])


def downgrade() -> None:
    """Drops both."""
    op.drop_index("ix_audit_events_support_code", "audit_events")
    op.drop_table("provider_outages")
