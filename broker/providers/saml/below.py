"""The ways down a tree: by qualified names, each the first child of its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml.etree import _Element

Children = Mapping[str, _Element]


def below(element: _Element | None, *path: str) -> _Element | None:
    """The first child of that name, and its first child of the next, and so on; None where there is none."""
    for name in path:
        element = None if element is None else next(element.iterchildren(name), None)
    return element


def by_name(element: Iterable[_Element]) -> Children:
    """The children by name, in one walk; the shape lets each name that is asked for be there once."""
    return {str(child.tag): child for child in element}
