"""Accounts of the insurer's own people."""

import sqlalchemy as sa
from alembic import op

revision = "0009_staff"
down_revision = "0008_collectivities"
branch_labels = None
depends_on = None

_BEFORE = "type IN ('consumer', 'business')"
_AFTER = "type IN ('consumer', 'business', 'staff')"


def upgrade() -> None:
    """Allows the type."""
    _replace(_BEFORE, _AFTER)


def downgrade() -> None:
    """Takes the accounts of staff away, with all that belongs to them, and then their type."""
    op.execute("DELETE FROM accounts WHERE type = 'staff'")
    _replace(_AFTER, _BEFORE)


def _replace(condition: str, by: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f("ck_accounts_type"), "accounts", type_="check")
        op.create_check_constraint(op.f("ck_accounts_type"), "accounts", by)
        return
    # Rows stay as they are, so the words of the table are changed and nothing else: what SQLite advises for
    # a CHECK (sqlite.org/lang_altertable.html section 7). Making the table anew would empty seven others.
    version = connection.execute(sa.text("PRAGMA schema_version")).scalar_one()
    connection.execute(sa.text("PRAGMA writable_schema = ON"))
    changed = connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :condition, :by) "
            "WHERE type = 'table' AND name = 'accounts' AND instr(sql, :condition) > 0"
        ),
        {"condition": condition, "by": by},
    )
    connection.execute(sa.text(f"PRAGMA schema_version = {int(version) + 1}"))
    connection.execute(sa.text("PRAGMA writable_schema = OFF"))
    if changed.rowcount != 1:
        raise RuntimeError("the table of accounts does not stand as the migrations before this one left it")
