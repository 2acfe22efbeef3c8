"""Column types that hold only what we mean."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String
from sqlalchemy.types import TypeDecorator, TypeEngine


def ordered_text(length: int) -> TypeEngine[str]:
    """Text that is compared by its characters and by no language: a range of it is the same everywhere."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in (`ValueError` when naive), aware and in UTC coming out, on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    # Both methods must take a dialect, which makes no difference here.

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - inherited
        """SQLite keeps no zone, so what goes in is UTC already."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - inherited
        """What SQLite gives back is UTC without saying so."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
