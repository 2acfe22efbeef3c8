"""Elements and attributes moved, doubled, dropped, renamed and re-namespaced.

`make` does so after signing. `make_resigned` does the same before the right key signs, so that only the form
and the meaning can refuse it; what an honest message may do without stands in `_HARMLESS`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from lxml import etree
from lxml.etree import _Element

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import parsed
from tests.security.mutations.trees import Change, at, copy, elements, labels, local
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.signers import DS, SAML, SAMLP

_MOVES = 3
_TEXTS = ("", " ", "x", "s00000001:999990019", "\u00a0")
# (element, change): optional or unread in an answer of DigiD, or said twice with one meaning.
_HARMLESS = {
    ("SubjectLocality", "drop"): "optional",
    ("SubjectLocality@Address", "drop"): "optional",
    ("SubjectLocality@Address", "empty"): "unread",
    ("SubjectLocality@Address", "bend"): "unread",
    ("AuthnStatement@SessionIndex", "drop"): "optional",
    ("AuthnStatement@SessionIndex", "empty"): "for the log alone",
    ("AuthnStatement@SessionIndex", "bend"): "for the log alone",
    ("ArtifactResponse@ID", "bend"): "the sender chooses its IDs",
    ("Response@ID", "bend"): "the sender chooses its IDs",
    ("Assertion@ID", "bend"): "the sender chooses its IDs",
    ("Audience", "double"): "one of them names us",
    ("AudienceRestriction", "double"): "both name us",
}


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """After signing: whatever is accepted must still be the original."""
    text = form.signed_text
    for name, change in _changes(text, chance):
        yield name, _after(text, name, change), Expect.FREE


def make_resigned(form: Form, chance: random.Random) -> Iterator[Made]:
    """Before signing: refused for its form or meaning, unless it is harmless."""
    for name, change in _changes(form.text, chance):
        what, _, how = name.partition("-")[2].partition(":")
        same_place = how.startswith("move-to") and how.endswith(":same")
        if "signature-of" in what or same_place:
            continue
        expect = Expect.ACCEPTED if (what, how) in _HARMLESS else Expect.REFUSED
        yield name, _before(form, name, change), expect


def _after(text: str, name: str, change: Change) -> Callable[[], bytes]:
    return lambda: at(text, number_of(name), change).encode()


def _before(form: Form, name: str, change: Change) -> Callable[[], bytes]:
    return lambda: form.sign(at(form.text, number_of(name), change))


def number_of(name: str) -> int:
    """The number of the element that a change is to, by the name of the change."""
    return int(name.partition("-")[0])


def _changes(text: str, chance: random.Random) -> Iterator[tuple[str, Change]]:
    root = parsed(text)
    every = elements(root)
    for number, (label, element) in enumerate(zip(labels(root), every, strict=True)):
        if number == 0:
            continue
        for name, change in _of_element(element, chance):
            yield f"{label}:{name}", change
        for name, change in _moves(every, number, chance):
            yield f"{label}:{name}", change
        for attribute in element.attrib:
            for name, change in _of_attribute(str(attribute)):
                yield f"{label}@{attribute}:{name}", change


def _of_element(element: _Element, chance: random.Random) -> Iterator[tuple[str, Change]]:
    yield "drop", lambda found: _parent(found).remove(found)
    yield "double", lambda found: found.addnext(copy(found))
    yield "rename", partial(_retag, name=f"{{{etree.QName(element).namespace}}}{local(element)}X")
    yield "lower-case", partial(_retag, name=f"{{{etree.QName(element).namespace}}}{local(element).lower()}")
    other = chance.choice([name for name in (SAML, SAMLP, DS) if name != etree.QName(element).namespace])
    yield "other-namespace", partial(_retag, name=f"{{{other}}}{local(element)}")
    yield "no-namespace", partial(_retag, name=local(element))
    yield "foreign-child", lambda found: found.append(etree.Element("{urn:x}x"))
    yield "foreign-attribute", lambda found: found.set("{urn:x}x", "y")
    yield "plain-attribute", lambda found: found.set("NotAnAttribute", "y")
    yield "stray-text", partial(_stray, text="x")
    if element.text and element.text.strip():
        text = chance.choice(_TEXTS)
        yield f"text-{text!r}", partial(_set_text, text=text)
        yield "text-padded", lambda found: _set_text(found, text=f" {found.text}\n")
        yield "text-doubled", lambda found: _set_text(found, text=f"{found.text}{found.text}")
    elif len(element):
        yield "empty", _empty


def _of_attribute(name: str) -> Iterator[tuple[str, Change]]:
    yield "drop", partial(_forget, name=name)
    yield "empty", lambda found: found.set(name, "")
    yield "bend", lambda found: found.set(name, f"{found.get(name)}x")
    yield "rename", lambda found: found.set(f"{name}X", _drop(found, name))
    yield "other-case", lambda found: found.set(name.swapcase(), _drop(found, name))
    plain = etree.QName(name).localname
    yield "namespaced", lambda found: found.set(f"{{urn:x}}{plain}", _drop(found, name))
    yield "namespaced-beside", lambda found: found.set(f"{{urn:x}}{plain}", found.get(name) or "")


def _moves(every: list[_Element], number: int, chance: random.Random) -> Iterator[tuple[str, Change]]:
    element = every[number]
    inside = set(element.iter())
    hosts = [index for index, found in enumerate(every) if found not in inside]
    for host in chance.sample(hosts, min(_MOVES, len(hosts))):
        same = every[host] is element.getparent() and every[host][0] is element
        first = f"move-to-{host:02}-{local(every[host])}{':same' if same else ''}"
        yield first, partial(_move, host=host)


def _empty(element: _Element) -> None:
    for child in list(element):
        element.remove(child)


def _move(element: _Element, host: int) -> None:
    root = element.getroottree().getroot()
    target = elements(root)[host]
    element.tail = None
    target.insert(0, element)


def _retag(element: _Element, name: str) -> None:
    element.tag = name


def _set_text(element: _Element, text: str) -> None:
    element.text = text


def _stray(element: _Element, text: str) -> None:
    element.tail = f"{text}{element.tail or ''}"


def _drop(element: _Element, name: str) -> str:
    value = element.get(name) or ""
    del element.attrib[name]
    return value


def _forget(element: _Element, name: str) -> None:
    _drop(element, name)


def _parent(element: _Element) -> _Element:
    parent = element.getparent()
    assert parent is not None
    return parent
