"""Organisations, collectivities, who belongs to them, and the roles that people have there."""

import sqlalchemy as sa
from alembic import op

from broker.storage.column_types import ordered_text

revision = "0008_collectivities"
down_revision = "0007_second_factors"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "last_relations",
    "role_grants",
    "membership_words",
    "memberships",
    "collectivities",
    "organisations",
)


def upgrade() -> None:
    """Makes the tables."""
    _contracts()
    _memberships()
    _what_hangs_on_a_membership()


def _contracts() -> None:
    op.create_table(
        "organisations",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("kvk", sa.String(8), nullable=False),
        sa.Column("branch", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisations"),
        sa.UniqueConstraint("brand", "kvk", "branch", name="uq_organisations_brand_kvk_branch"),
    )
    op.create_table(
        "collectivities",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("number", sa.String(32), nullable=False),
        sa.Column("customer_number", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation_id", sa.String(36), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_collectivities"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_collectivities_organisation_id"
        ),
        sa.UniqueConstraint("brand", "number", name="uq_collectivities_brand_number"),
    )
    op.create_index("ix_collectivities_organisation_id", "collectivities", ["organisation_id"])


def _memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("collectivity_id", sa.String(36), nullable=False),
        sa.Column("sort_key", ordered_text(255), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "collectivity_id", name="pk_memberships"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_memberships_account_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["collectivity_id"],
            ["collectivities.id"],
            name="fk_memberships_collectivity_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_memberships_collectivity_id", "memberships", ["collectivity_id"])
    op.create_index(
        "ix_memberships_account_id_sort_key", "memberships", ["account_id", "sort_key", "collectivity_id"]
    )


def _what_hangs_on_a_membership() -> None:
    op.create_table(
        "membership_words",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("word", ordered_text(40), nullable=False),
        sa.Column("collectivity_id", sa.String(36), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "word", "collectivity_id", name="pk_membership_words"),
        _of_membership("membership_words"),
    )
    op.create_index(
        "ix_membership_words_collectivity_id_account_id_word",
        "membership_words",
        ["collectivity_id", "account_id", "word"],
    )
    op.create_table(
        "role_grants",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("collectivity_id", sa.String(36), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("given_at", _MOMENT, nullable=False),
        sa.Column("given_by", sa.String(36)),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("ends_at", _MOMENT),
        sa.PrimaryKeyConstraint("account_id", "collectivity_id", "role", name="pk_role_grants"),
        _of_membership("role_grants"),
    )
    op.create_index(
        "ix_role_grants_account_id_collectivity_id_role_ends_at",
        "role_grants",
        ["account_id", "collectivity_id", "role", "ends_at"],
    )
    op.create_table(
        "last_relations",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("collectivity_id", sa.String(36), nullable=False),
        sa.Column("used_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_last_relations"),
        _of_membership("last_relations"),
    )


def _of_membership(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account_id", "collectivity_id"],
        ["memberships.account_id", "memberships.collectivity_id"],
        name=f"fk_{table}_account_id",
        ondelete="CASCADE",
    )


def downgrade() -> None:
    """Drops them, and every right with them."""
    for table in _TABLES:
        op.drop_table(table)
