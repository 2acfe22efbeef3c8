"""The one XML parser of the broker, and the rules on the tree as a tree.

Second step of the gate. Everything that reads XML (answers, metadata) comes through `parse_strictly`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from lxml import etree
from lxml.etree import _Element

from broker.providers.saml.refusal import GateRefused

MAX_DEPTH: Final = 64
MAX_ATTRIBUTES: Final = 64
MAX_NAMESPACE_DECLARATIONS: Final = 32

# One parser per process: no entities, no network, no DTD, libxml2's own limits on.
_PARSER = etree.XMLParser(
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    recover=False,
    remove_comments=False,
    remove_pis=False,
    strip_cdata=False,
)
# Answered by libxml2 itself, without a Python object for every node.
_BELOW_THE_DEEPEST = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 1)})")


@contextmanager
def held(root: _Element) -> Iterator[None]:
    """Makes looking at a tree cheap for as long as this lasts, which several steps do one after the other.

    Lxml makes the Python object of an element anew at every look, unless somebody holds it; here somebody
    does.
    """
    elements = list(root.iter())
    yield
    elements.clear()


def parse_strictly(message: bytes) -> _Element:
    """Parse bytes that passed `check_bytes`; raises `GateRefused` when they are not one plain document."""
    root = parse_canonical(message)
    walk_within_limits(root)
    if message.count(b"xmlns") > MAX_NAMESPACE_DECLARATIONS:
        has_bounded_declarations(root)
    return root


def parse_canonical(message: bytes) -> _Element:
    """Parse once; trailing data, a second root and anything ill-formed are refused."""
    try:
        return etree.fromstring(message, _PARSER)
    except (etree.XMLSyntaxError, ValueError):
        raise GateRefused("xml.ill-formed", "the message is not one well-formed document") from None


def walk_within_limits(root: _Element) -> None:
    """Only elements and text, at most 64 deep, at most 64 attributes on each."""
    if _BELOW_THE_DEEPEST(root):
        raise GateRefused("xml.too-deep", f"an element is nested more than {MAX_DEPTH} deep")
    if root.getprevious() is not None or root.getnext() is not None:
        raise GateRefused("xml.node-kind", "something stands beside the root element")
    if next(root.iter(etree.Comment, etree.ProcessingInstruction), None) is not None:
        raise GateRefused("xml.node-kind", "the message holds a comment or processing instruction")
    for element in root.iter():
        if len(element.attrib) > MAX_ATTRIBUTES:
            raise GateRefused("xml.too-many-attributes", "an element has too many attributes")


def has_bounded_declarations(root: _Element) -> None:
    """At most 32 namespaces in scope, hence at most 32 declared, on each element."""
    for element in root.iter():
        if len(element.nsmap) > MAX_NAMESPACE_DECLARATIONS:
            raise GateRefused("xml.too-many-namespaces", "an element has too many namespace declarations")
