"""What every table of ours belongs to, and the words that stand in place of nothing."""

from __future__ import annotations

from sqlalchemy import MetaData

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

NO_BRAND = "-"
"""Stands in `data_keys.brand` for keys that serve all brands (a null would not be unique)."""

NO_BRANCH = "-"
"""Stands in `organisations.branch` for an organisation as a whole, likewise."""
