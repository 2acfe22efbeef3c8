"""Moments as people in the Netherlands write them; what is kept is in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from babel.dates import format_datetime, get_timezone
from flask_babel import get_locale

_THEIR_TIME: Final = get_timezone("Europe/Amsterdam")


def in_words(moment: datetime, pattern: str) -> str:
    """By a pattern of Unicode (UTS 35), in the language of this request."""
    return format_datetime(moment, pattern, tzinfo=_THEIR_TIME, locale=get_locale() or "nl")


def day_and_time(moment: datetime) -> tuple[str, str]:
    """``20-11-2026`` and ``21:45``."""
    there = moment.astimezone(_THEIR_TIME)
    return f"{there:%d-%m-%Y}", f"{there:%H:%M}"
