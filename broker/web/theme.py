"""How a page looks: the theme of its brand, the addresses of static files, and whether a theme can be read.

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

_TEXT: Final = 4.5
_SHAPE: Final = 3.0
READABLE_PAIRS: Final = (
    ("--text", "--paper", _TEXT),
    ("--text", "--surface", _TEXT),
    ("--text-soft", "--paper", _TEXT),
    ("--text-soft", "--surface", _TEXT),
    ("--heading", "--paper", _TEXT),
    ("--heading", "--surface", _TEXT),
    ("--link", "--paper", _TEXT),
    ("--link", "--surface", _TEXT),
    ("--link-hover", "--paper", _TEXT),
    ("--link-hover", "--surface", _TEXT),
    ("--text", "--motif", _TEXT),
    ("--text-soft", "--motif", _TEXT),
    ("--heading", "--motif", _TEXT),
    ("--on-action", "--action", _TEXT),
    ("--on-action", "--action-hover", _TEXT),
    ("--action", "--paper", _SHAPE),
    ("--on-deep", "--deep", _TEXT),
    ("--focus", "--paper", _SHAPE),
    ("--focus", "--surface", _SHAPE),
    ("--focus", "--motif", _SHAPE),
    ("--focus-on-deep", "--deep", _SHAPE),
    ("--control-line", "--paper", _SHAPE),
    ("--done", "--paper", _SHAPE),
    ("--text", "--info-paper", _TEXT),
    ("--text", "--warning-paper", _TEXT),
    ("--text", "--danger-paper", _TEXT),
    ("--info", "--info-paper", _SHAPE),
    ("--warning", "--warning-paper", _SHAPE),
    ("--danger", "--danger-paper", _SHAPE),
    ("--danger", "--paper", _TEXT),
)
"""Foreground, background and the least contrast between them: WCAG 2.2, 1.4.3 (text) and 1.4.11 (shapes)."""

_TOKEN: Final = re.compile(r"(--[a-z-]+)\s*:\s*([^;]+);")
_END_OF_FOOT: Final = 0.04045
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


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


def contrast_ratio(first: str, second: str) -> float:
    """The contrast of two `#rrggbb` colours, from 1 to 21 (WCAG 2.2, definition of contrast ratio).

    Raises ValueError when one of them is not written that way.
    """
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    if _COLOUR.fullmatch(colour) is None:
        raise ValueError(f"not a colour of the form #rrggbb: {colour!r}")
    red, green, blue = (_linear(int(colour[start : start + 2], 16) / 255) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    """The light of an sRGB channel from 0 to 1 (IEC 61966-2-1: a straight foot, then a power)."""
    if channel <= _END_OF_FOOT:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def contrast_faults(tokens: Mapping[str, str]) -> tuple[str, ...]:
    """What is wrong with a theme's colours, one sentence each; empty when everyone can read it."""
    faults: list[str] = []
    for foreground, background, least in READABLE_PAIRS:
        try:
            ratio = contrast_ratio(tokens.get(foreground, ""), tokens.get(background, ""))
        except ValueError as error:
            faults.append(f"{foreground} on {background}: {error}")
        else:
            if ratio < least:
                faults.append(
                    f"{foreground} on {background}: contrast {ratio:.2f}, at least {least} is needed"
                )
    return tuple(faults)
