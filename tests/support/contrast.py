"""Whether everyone can read a theme: the contrast of its colours, by WCAG 2.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

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

_END_OF_FOOT: Final = 0.04045
_COLOUR: Final = re.compile(r"#[0-9a-f]{6}")


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
