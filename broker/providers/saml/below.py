"""The one way down a tree: by qualified names, each the first child of its name."""

from __future__ import annotations

from lxml.etree import _Element


def below(element: _Element | None, *path: str) -> _Element | None:
    """The first child of that name, and its first child of the next, and so on; None where there is none."""
    for name in path:
        element = None if element is None else next(element.iterchildren(name), None)
    return element
