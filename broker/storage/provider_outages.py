"""Announced outages in the database: at most one for each provider and brand."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, insert, select

from broker.domain.outages import Outage
from broker.storage.database import Database
from broker.storage.schema import NO_BRAND, PROVIDER_OUTAGES

_ALL = select(PROVIDER_OUTAGES).order_by(PROVIDER_OUTAGES.c.provider, PROVIDER_OUTAGES.c.brand)
_DELETE = delete(PROVIDER_OUTAGES).where(
    PROVIDER_OUTAGES.c.provider == bindparam("of_provider"), PROVIDER_OUTAGES.c.brand == bindparam("of_brand")
)
_INSERT = insert(PROVIDER_OUTAGES)


class OutageRepository:
    """Reads and keeps them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Outage, ...]:
        """Every one, over or not."""
        with self._database.reading() as connection:
            rows = connection.execute(_ALL).all()
        return tuple(
            Outage(
                provider=row.provider,
                brand=None if row.brand == NO_BRAND else row.brand,
                since=row.since,
                until=row.until,
                text_nl=row.text_nl,
                text_en=row.text_en,
            )
            for row in rows
        )

    def announce(self, outage: Outage) -> None:
        """Keep it, in place of the one there was for the same provider and brand."""
        lock = f"outage {outage.provider} {outage.brand}"
        with self._database.writing(lock=lock) as connection:
            connection.execute(_DELETE, _place(outage.provider, outage.brand))
            values = {
                "provider": outage.provider,
                "brand": outage.brand or NO_BRAND,
                "since": outage.since,
                "until": outage.until,
                "text_nl": outage.text_nl,
                "text_en": outage.text_en,
            }
            connection.execute(_INSERT, values)

    def end(self, provider: str, brand: str | None) -> bool:
        """Forget it; False when there was none."""
        return self._database.write_alone(_DELETE, _place(provider, brand)) == 1


def _place(provider: str, brand: str | None) -> dict[str, str]:
    return {"of_provider": provider, "of_brand": brand or NO_BRAND}
