"""Whom people call when they are stuck, as the pages and mails know it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from broker.web.language import Language, current_language


@dataclass(frozen=True, slots=True)
class DeskView:
    """A desk on screen."""

    name: str
    phone: str
    email: str
    hours_by_language: Mapping[Language, str] = field(default_factory=dict)

    @property
    def hours(self) -> str | None:
        """When it is open, in the language of this request."""
        return self.hours_by_language.get(current_language())
