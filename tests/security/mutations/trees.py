"""Small tools to take a message apart and put it together differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree
from lxml.etree import _Element

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import parsed
from tests.support.saml.answers import OUTER_PLACE
from tests.support.saml.signers import DS

OTHER_BSN = "999990019"
EVIL_ID = "_ee55ee55ee55ee55ee55ee55ee55ee55ee55ee55"
Change = Callable[[_Element], None]


def local(element: _Element) -> str:
    """The name without its namespace."""
    return etree.QName(element).localname


def written(root: _Element) -> str:
    """As text, with the declaration of the originals."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + etree.tostring(root, encoding="unicode")


def elements(root: _Element) -> list[_Element]:
    """All elements in document order."""
    return [node for node in root.iter() if isinstance(node.tag, str)]


def labels(root: _Element) -> list[str]:
    """A name for each element: its number and its local name."""
    return [f"{number:02}-{local(element)}" for number, element in enumerate(elements(root))]


def at(text: str, number: int, change: Change) -> str:
    """The message with a change to its element with this number."""
    root = parsed(text)
    change(elements(root)[number])
    return written(root)


def copy(element: _Element) -> _Element:
    """A copy that stands alone."""
    return parsed(etree.tostring(element, with_tail=False))


def find(root: _Element, name: str) -> _Element:
    """The first element with this local name."""
    return next(element for element in elements(root) if local(element) == name)


def once(text: str, old: str, new: str, count: int = 1) -> str:
    """Replace; that there was nothing to replace is a fault of the family."""
    assert old in text, f"{old!r} is not in the message"
    return text.replace(old, new, count)


def only_outer_place(form: Form) -> str:
    """The form with its Assertion signed already and the outer signature still to be made."""
    root = parsed(form.message)
    answer = find(root, form.outermost)
    signature = next(answer.iterchildren(f"{{{DS}}}Signature"))
    place = parsed(OUTER_PLACE)
    place.tail = signature.tail
    answer.replace(signature, place)
    return written(root)


def structural_positions(text: bytes) -> Iterator[int]:
    """Where markup, names and values begin and end."""
    marks = b"<>/=\"':?;"
    before = b""[:0]
    for index in range(len(text)):
        here = text[index : index + 1]
        if here in marks or (before and before in marks):
            yield index
        before = here
