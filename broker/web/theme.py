"""How a page looks: the theme of its brand, and the addresses of static files.

A theme is one stylesheet with values for the custom properties of `static/base.css`, and one logo.
Themes hold colours and corners only; what a page says and how it is built is the same for every brand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import current_app

STATIC_FOLDER: Final = Path(__file__).parent / "static"
NEUTRAL: Final = "voordeur"
"""The theme of pages that belong to no brand."""

_TOKEN: Final = re.compile(r"(--[a-z-]+)\s*:\s*([^;]+);")


@dataclass(frozen=True, slots=True)
class Theme:
    """A brand's look; both files are named relative to the static folder."""

    name: str
    stylesheet: str
    logo: str


@lru_cache(maxsize=64)
def find_theme(name: str | None) -> Theme:
    """The theme of that name, or the neutral one when there is none: a page never fails for its looks."""
    known = name if name is not None and name in available_themes() else NEUTRAL
    return Theme(known, f"themes/{known}.css", f"themes/{known}.svg")


@lru_cache(maxsize=1)
def available_themes() -> frozenset[str]:
    """The names of the themes that are complete, neutral one included."""
    folder = STATIC_FOLDER / "themes"
    return frozenset(sheet.stem for sheet in folder.glob("*.css") if sheet.with_suffix(".svg").is_file())


def theme_for(brand: object | None) -> Theme:
    """The theme of a brand as templates know it: its `theme` when it names one, else its `id`."""
    name = getattr(brand, "theme", None) or getattr(brand, "id", None)
    return find_theme(None if name is None else str(name))


@lru_cache(maxsize=256)
def asset(name: str) -> str:
    """The address of a static file, with a part that changes when the file does.

    So a browser may keep the file for a year and still sees a new release at once. It is the same for as long
    as the process lives.
    """
    # Written out, since a page names seven files: `url_for` matches rules and quotes for each of them anew.
    return f"{current_app.static_url_path}/{name}?v={_fingerprint(name)}"


def _fingerprint(name: str) -> str:
    return sha256((STATIC_FOLDER / name).read_bytes()).hexdigest()[:10]


def read_tokens(*stylesheets: str) -> Mapping[str, str]:
    """The custom properties that the given CSS texts set; later ones win, as in the cascade."""
    return {
        name: value.strip().lower()
        for stylesheet in stylesheets
        for name, value in _TOKEN.findall(stylesheet)
    }


@dataclass(frozen=True, slots=True)
class MailColours:
    """A theme's colours by name, for mail, which has no style sheet."""

    surface: str
    paper: str
    text: str
    heading: str
    accent: str
    action: str
    on_action: str
    deep: str
    on_deep: str


def mail_colours(brand: object | None) -> MailColours:
    """The colours of a brand's theme."""
    return _mail_colours(theme_for(brand).stylesheet)


@lru_cache(maxsize=64)
def _mail_colours(stylesheet: str) -> MailColours:
    sheets = ((STATIC_FOLDER / name).read_text(encoding="utf-8") for name in ("base.css", stylesheet))
    tokens = read_tokens(*sheets)
    names = (field.name for field in fields(MailColours))
    return MailColours(**{name: tokens["--" + name.replace("_", "-")] for name in names})
