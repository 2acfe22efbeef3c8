"""A small grammar for fixed messages: which element holds which attributes and children, in which order.

A message either is exactly of its shape or is refused; there is no "any" and nothing is skipped. A profile
(DigiD's, later eHerkenning's) is a value of this grammar, so that what is let in can be read in one place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lxml.etree import _Element

from broker.providers.saml.refusal import GateRefused

UNBOUNDED: Final = 64
_XML_SPACE: Final = " \t\r\n"


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: its qualified name, unprefixed attributes, and either a text or children in order.

    An `opaque` element is only counted; somebody else looks inside (a signature has rules of its own).
    """

    name: str
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    children: tuple[Part, ...] = ()
    text: bool = False
    opaque: bool = False
    allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "allowed", self.required | self.optional)


@dataclass(frozen=True, slots=True)
class Part:
    """How often a shape may stand at its place among the children."""

    shape: Shape
    minimum: int = 1
    maximum: int = 1


def once(shape: Shape) -> Part:
    """Exactly one."""
    return Part(shape)


def maybe(shape: Shape) -> Part:
    """None or one."""
    return Part(shape, minimum=0)


def some(shape: Shape, *, minimum: int = 0) -> Part:
    """Any number from `minimum`, within the bound that keeps work small."""
    return Part(shape, minimum=minimum, maximum=UNBOUNDED)


def names(*attributes: str) -> frozenset[str]:
    """A set of attribute names."""
    return frozenset(attributes)


def match(element: _Element, shape: Shape, *, family: str = "skeleton") -> None:
    """Refuse `element` unless it is exactly of `shape`.

    Codes, behind ``<family>.``: ``unexpected-element``, ``repeated-element``, ``missing-element``,
    ``unexpected-attribute``, ``missing-attribute``, ``stray-text``.
    """
    if element.tag != shape.name:
        raise GateRefused(f"{family}.unexpected-element", f"expected {_local(shape.name)}")
    if not shape.opaque:
        _match_inside(element, shape, family)


def _match_inside(element: _Element, shape: Shape, family: str) -> None:
    """For an element of the right name, which is not opaque."""
    present = element.keys()
    if present and not shape.allowed.issuperset(present):
        raise GateRefused(f"{family}.unexpected-attribute", f"on {_local(shape.name)}")
    if shape.required and not shape.required.issubset(present):
        raise GateRefused(f"{family}.missing-attribute", f"on {_local(shape.name)}")
    if not shape.text and (text := element.text):
        _has_no_text(text, shape, family)
    if shape.children or len(element):
        _match_children(element, shape, family)


def _match_children(element: _Element, shape: Shape, family: str) -> None:
    children = element.iterchildren()
    child = next(children, None)
    for part in shape.children:
        wanted, found = part.shape, 0
        while child is not None and child.tag == wanted.name:
            if found == part.maximum:
                raise GateRefused(f"{family}.repeated-element", f"{_local(wanted.name)}, too many")
            if not wanted.opaque:
                _match_inside(child, wanted, family)
            if tail := child.tail:
                _has_no_text(tail, shape, family)
            found += 1
            child = next(children, None)
        if found < part.minimum:
            missing = f"{_local(wanted.name)} in {_local(shape.name)}"
            raise GateRefused(f"{family}.missing-element", missing)
    if child is not None:
        known = any(child.tag == part.shape.name for part in shape.children)
        code = "repeated-element" if known else "unexpected-element"
        raise GateRefused(f"{family}.{code}", f"at the end of {_local(shape.name)}")


def _has_no_text(text: str, shape: Shape, family: str) -> None:
    if text.strip(_XML_SPACE):
        raise GateRefused(f"{family}.stray-text", f"in {_local(shape.name)}")


def _local(name: str) -> str:
    return name.rpartition("}")[2]
