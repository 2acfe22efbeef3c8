"""The tables with what only one kind of database knows of them; for migrations, not for statements.

An argument that is named after a dialect makes SQLAlchemy load that dialect. A server works with one of them
and would hold both for good.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Index

from broker.storage.schema import AUDIT_HEADS, METADATA, SIGNING_KEYS

for state in ("next", "active"):
    Index(
        f"uq_signing_keys_one_{state}",
        SIGNING_KEYS.c.algorithm,
        unique=True,
        sqlite_where=SIGNING_KEYS.c.state == state,
        postgresql_where=SIGNING_KEYS.c.state == state,
    )

# Rows that change all the time and never grow: room on the page keeps each change in its place.
AUDIT_HEADS.kwargs["postgresql_with"] = {"fillfactor": "20"}

FULL_METADATA: Final = METADATA
"""Complete once this module has been imported."""
