"""Parts of a page that are the same for everybody, rendered once for each brand and language.

Header and footer were a third of what the login page costs, and no visitor changes a word of them.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup

T = TypeVar("T")

_MOST_PARTS = 256
# Flask gives these to every template.
_NO_REQUEST = {"request": None, "session": None, "g": None}


@dataclass(frozen=True, slots=True, eq=False)
class Same(Generic[T]):
    """Something by what it is and not by what it holds: a brand has words that cannot be hashed."""

    it: T

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it


def install_shared_parts(app: Flask) -> None:
    """Give templates `shared_part(name, brand, …)`; after the languages were installed.

    A part sees the brand and the facts that it is given, and nothing of the request but its language. Facts
    are what few pages differ in: what only one visitor has belongs into no shared part.
    """

    @lru_cache(maxsize=_MOST_PARTS)
    def rendered(
        name: str, brand: Same[object], locale: str, facts: tuple[tuple[str, Hashable], ...]
    ) -> Markup:
        del locale  # It is a part of the key: the sentences find their language by themselves.
        part = app.jinja_env.get_template(name)
        return Markup(part.render(**_NO_REQUEST, brand=brand.it, **dict(facts)))  # noqa: S704 - a template's own output

    def shared_part(name: str, brand: object, **facts: Hashable) -> Markup:
        return rendered(name, Same(brand or None), str(get_locale()), tuple(facts.items()))

    app.jinja_env.globals["shared_part"] = shared_part
