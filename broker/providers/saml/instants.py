"""Moments in SAML: xs:dateTime in UTC with a trailing Z (SAML core 1.3.3)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

_UTC_INSTANT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z", re.ASCII
)


# One answer names the same few moments a dozen times.
@lru_cache(maxsize=64)
def read_instant(text: str) -> datetime:
    """Aware UTC; parts below a microsecond are dropped. Raises `ValueError` for any other form."""
    found = _UTC_INSTANT.fullmatch(text)
    if found is None:
        raise ValueError("not a moment in UTC")
    whole = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    return whole.replace(microsecond=int((found[2] or "0").ljust(6, "0")[:6]))


def write_instant(moment: datetime) -> str:
    """Whole seconds, as DigiD writes and expects it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
