"""Accounts with a password: what state they can be in, their passwords and the devices they are used on."""

import sqlalchemy as sa
from alembic import op

revision = "0006_passwords"
down_revision = "0005_logout_and_key_rotation"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_STATES = ("active", "disabled")
_MORE_STATES = ("invited", "active", "held", "disabled", "erased")


def upgrade() -> None:
    """Allows the new states and makes both tables."""
    _allow(_MORE_STATES)
    op.create_table(
        "account_passwords",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("hash", sa.String(255), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_passwords"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_account_passwords_account_id", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "known_devices",
        sa.Column("account_id", sa.String(36), nullable=False),
        sa.Column("device_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("label_sealed", sa.LargeBinary, nullable=False),
        sa.Column("network_block_sealed", sa.LargeBinary, nullable=False),
        sa.Column("first_seen_at", _MOMENT, nullable=False),
        sa.Column("last_seen_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "device_digest", name="pk_known_devices"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_known_devices_account_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_known_devices_last_seen_at", "known_devices", ["last_seen_at"])


def _allow(states: tuple[str, ...]) -> None:
    """Lets accounts be in these states and no others."""
    condition = f"state IN ({', '.join(repr(state) for state in states)})"
    if op.get_context().dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_accounts_state"), "accounts", type_="check")
        op.create_check_constraint(op.f("ck_accounts_state"), "accounts", condition)
        return
    # SQLite changes a constraint by making the table anew. Dropping accounts takes the identities with them,
    # as deleting one does, so those go first and come back last.
    tables = ("accounts", "account_identities")
    for table in tables:
        op.execute(f"CREATE TEMPORARY TABLE {table}_before AS SELECT * FROM {table}")  # noqa: S608 - names of our own
    for table in reversed(tables):
        op.drop_table(table)
    _sqlite_accounts(condition)
    _sqlite_identities()
    for table in tables:
        op.execute(f"INSERT INTO {table} SELECT * FROM {table}_before")  # noqa: S608 - names of our own
        op.execute(f"DROP TABLE {table}_before")


def _sqlite_accounts(condition: str) -> None:
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
        sa.CheckConstraint(condition, name=op.f("ck_accounts_state")),
    )


def _sqlite_identities() -> None:
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


def downgrade() -> None:
    """Drops both tables. Accounts in a state that was unknown before cannot be used."""
    op.drop_index("ix_known_devices_last_seen_at", "known_devices")
    op.drop_table("known_devices")
    op.drop_table("account_passwords")
    op.execute("UPDATE accounts SET state = 'disabled' WHERE state NOT IN ('active', 'disabled')")
    _allow(_STATES)
