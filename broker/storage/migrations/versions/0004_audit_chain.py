"""The audit log becomes a chain; what is in it already is chained in the order in which it came."""

from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from broker.storage.audit_chain import EventFacts, commitment, first_link, moment_text, next_link
from broker.storage.column_types import UtcDateTime

revision = "0004_audit_chain"
down_revision = "0003_messages"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_PAGE_ROWS = 1000
_KEPT = ("id", "at", "brand", "kind", "result", "support_code", "account_id", "client_id", "detail")
# Who acted was not written down before this version.
_ACTOR = "unknown"
_LINK_BYTES = 32

_POSTGRESQL_REFUSAL = """
CREATE FUNCTION audit_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the audit log is never changed' USING ERRCODE = 'restrict_violation';
END $$
"""
_NEVER_CHANGED = ("audit_events", "audit_checkpoints")


def upgrade() -> None:
    """Makes the chain, moves what there was into it, and closes it."""
    _move(_chained_events, _chained)
    _heads_and_checkpoints()
    op.execute(
        "INSERT INTO audit_heads (brand, lane, sequence, link)"
        " SELECT brand, lane, sequence, link FROM audit_events AS e WHERE sequence ="
        " (SELECT max(sequence) FROM audit_events AS f WHERE f.brand = e.brand AND f.lane = e.lane)"
    )
    if op.get_context().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _chained_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("result", sa.String(32), nullable=False),
        sa.Column("actor", sa.String(16), nullable=False),
        sa.Column("actor_id", sa.String(255)),
        sa.Column("on_behalf_of", sa.String(255)),
        sa.Column("support_code", sa.String(32)),
        sa.Column("account_id", sa.String(36)),
        sa.Column("client_id", sa.String(255)),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("person", sa.String(64)),
        sa.Column("person_sealed", sa.LargeBinary),
        sa.Column("link", sa.LargeBinary(_LINK_BYTES), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
        sa.UniqueConstraint("brand", "lane", "sequence", name="uq_audit_events_brand_lane_sequence"),
        sa.CheckConstraint("sequence > 0", name=op.f("ck_audit_events_sequence")),
    )
    _indexes()


def _events_before() -> None:
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
    _indexes()


def _indexes() -> None:
    op.create_index("ix_audit_events_brand_at", "audit_events", ["brand", "at"])
    op.create_index("ix_audit_events_account_id_at", "audit_events", ["account_id", "at"])
    op.create_index("ix_audit_events_support_code", "audit_events", ["support_code"])


def _move(
    make: Callable[[], None], shape: Callable[[Iterator[dict[str, Any]]], Iterator[dict[str, Any]]]
) -> None:
    """Puts a new table in the place of the events, and what they were into it."""
    op.execute("CREATE TEMPORARY TABLE audit_events_before AS SELECT * FROM audit_events")
    op.drop_table("audit_events")
    make()
    rows, page = shape(_before()), []
    for row in rows:
        page.append(row)
        if len(page) == _PAGE_ROWS:
            _insert(page)
            page.clear()
    if page:
        _insert(page)
    op.execute("DROP TABLE audit_events_before")


def _before() -> Iterator[dict[str, Any]]:
    """What there was, in the order in which it came."""
    columns = [sa.column(name, UtcDateTime() if name == "at" else sa.String()) for name in _KEPT]
    before = sa.table("audit_events_before", *columns)
    last = ""
    while True:
        query = sa.select(before).where(before.c.id > last).order_by(before.c.id).limit(_PAGE_ROWS)
        rows = op.get_bind().execute(query).mappings().all()
        if not rows:
            return
        last = rows[-1]["id"]
        yield from (dict(row) for row in rows)


def _insert(page: list[dict[str, Any]]) -> None:
    columns = [
        sa.column(name, UtcDateTime() if name == "at" else sa.LargeBinary() if name == "link" else None)
        for name in page[0]
    ]
    op.get_bind().execute(sa.insert(sa.table("audit_events", *columns)), page)


def _chained(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Everything in the first lane of its brand."""
    ends: dict[str, tuple[int, bytes]] = {}
    for row in rows:
        sequence, link = ends.get(row["brand"], (0, first_link(row["brand"], 0)))
        told = {
            name: row[name] for name in ("brand", "kind", "result", "account_id", "client_id", "support_code")
        }
        facts = EventFacts(
            id=row["id"],
            at=moment_text(row["at"]),
            actor=_ACTOR,
            actor_id=None,
            on_behalf_of=None,
            detail=row["detail"],
            person=None,
            person_digest=None,
            **told,
        )
        link = next_link(link, sequence + 1, commitment(facts))
        ends[row["brand"]] = (sequence + 1, link)
        yield {**row, "lane": 0, "sequence": sequence + 1, "actor": _ACTOR, "link": link}


def _heads_and_checkpoints() -> None:
    op.create_table(
        "audit_heads",
        sa.Column("brand", sa.String(64), nullable=False),
        sa.Column("lane", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("link", sa.LargeBinary(_LINK_BYTES), nullable=False),
        sa.PrimaryKeyConstraint("brand", "lane", name="pk_audit_heads"),
        postgresql_with={"fillfactor": "20"},
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("is_full", sa.Boolean, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("signature", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit_checkpoints"),
    )
    op.create_index("ix_audit_checkpoints_at", "audit_checkpoints", ["at"])
    op.create_table(
        "audit_keys",
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("private_pem_sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("kid", name="pk_audit_keys"),
    )
    op.create_table(
        "audit_persons",
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("key_id", sa.String(16), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("erased_at", _MOMENT),
        sa.PrimaryKeyConstraint("person", name="pk_audit_persons"),
    )


def _sqlite_triggers() -> None:
    for table in _NEVER_CHANGED:
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
            )
    op.execute(
        "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads"
        " WHEN NEW.sequence <> OLD.sequence + 1"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    )
    # PostgreSQL moves the head and adds the event in one statement; here the head follows the event.
    op.execute(
        "CREATE TRIGGER audit_events_advance AFTER INSERT ON audit_events"
        " BEGIN UPDATE audit_heads SET sequence = NEW.sequence, link = NEW.link"
        " WHERE brand = NEW.brand AND lane = NEW.lane; END"
    )


def _postgresql_triggers() -> None:
    op.execute(_POSTGRESQL_REFUSAL)
    for table in _NEVER_CHANGED:
        op.execute(
            f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()"
        )
    for table in (*_NEVER_CHANGED, "audit_heads"):
        op.execute(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()"
        )
    op.execute(
        "CREATE TRIGGER audit_heads_no_delete BEFORE DELETE ON audit_heads"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_heads_forward BEFORE UPDATE ON audit_heads FOR EACH ROW"
        " WHEN (NEW.sequence <> OLD.sequence + 1) EXECUTE FUNCTION audit_refuse_change()"
    )


def downgrade() -> None:
    """Keeps what happened and drops what proved it."""
    _move(_events_before, lambda rows: rows)
    for table in ("audit_persons", "audit_keys", "audit_checkpoints", "audit_heads"):
        op.drop_table(table)
    if op.get_context().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refuse_change()")
