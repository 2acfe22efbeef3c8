"""Signature wrapping: XSW 1 to 8 and their kin.

The original stands somewhere that a verifier by ID still finds, a forged copy stands where values are read.
Every element is a host in turn, and so are elements that SAML and XML Signature leave open for anything.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from functools import partial

from lxml import etree
from lxml.etree import _Element

from tests.security.mutations.forms import Form
from tests.security.mutations.smith import parsed
from tests.security.mutations.trees import (
    EVIL_ID,
    OTHER_BSN,
    copy,
    elements,
    find,
    local,
    only_outer_place,
    written,
)
from tests.security.mutations.variant import Expect, Made
from tests.support.saml.signers import DS, SAML, SAMLP

_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
LAYERS = ("Assertion", "Response", "ArtifactResponse", "Body")
# Where a message has room for anything: (host, position in the host, new elements from the outside in).
_ROOM: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "object": ("Signature", 99, (f"{{{DS}}}Object",)),
    "manifest": ("Signature", 99, (f"{{{DS}}}Object", f"{{{DS}}}Manifest")),
    "key-info": ("KeyInfo", 0, ()),
    "signed-info": ("SignedInfo", 99, ()),
    "transform": ("Transform", 0, ()),
    "extensions": ("ArtifactResponse", 2, (f"{{{SAMLP}}}Extensions",)),
    "response-extensions": ("Response", 1, (f"{{{SAMLP}}}Extensions",)),
    "status-detail": ("Status", 99, (f"{{{SAMLP}}}StatusDetail",)),
    "status-message": ("Status", 99, (f"{{{SAMLP}}}StatusMessage",)),
    "advice": ("Conditions", 99, (f"{{{SAML}}}Advice",)),
    "attribute-value": (
        "Assertion",
        99,
        (f"{{{SAML}}}AttributeStatement", f"{{{SAML}}}Attribute", f"{{{SAML}}}AttributeValue"),
    ),
    "subject-data": ("SubjectConfirmationData", 0, ()),
    "encrypted-assertion": ("Response", 99, (f"{{{SAML}}}EncryptedAssertion",)),
    "soap-header": ("Envelope", 0, (f"{{{_SOAP}}}Header",)),
    "soap-body-second": ("Envelope", 99, (f"{{{_SOAP}}}Body",)),
    "soap-fault": ("Body", 99, (f"{{{_SOAP}}}Fault",)),
    "soap-envelope": ("Envelope", 0, ("{urn:x}x",)),
}
SIGNATURES = ("kept-by-both", "kept-by-original", "moved-to-forged")
IDS = ("new-id", "same-id", "no-id")


def make(form: Form, chance: random.Random) -> Iterator[Made]:
    """Every layer, hidden in every host and room, with the forged copy in its place."""
    text = form.signed_text
    for layer in _layers(form):
        for name, hide in _hiding_places(text, layer):
            signatures, ids = chance.choice(SIGNATURES), chance.choice(IDS)
            arrange = partial(_wrap, layer=layer, hide=hide, signatures=signatures, ids=ids)
            yield f"{layer}:{name}:{signatures}:{ids}", partial(_arranged, text, arrange), Expect.REFUSED
        for name, build in _outside(form, layer):
            yield f"{layer}:{name}", build, Expect.REFUSED


def make_resigned(form: Form, chance: random.Random) -> Iterator[Made]:
    """The same with the Assertion and Response, inside a right outer signature: only the form refuses."""
    text = only_outer_place(form)
    for layer in _layers(form):
        if layer in {form.outermost, "ArtifactResponse", "Body"}:
            continue
        for name, hide in _hiding_places(text, layer):
            signatures, ids = chance.choice(SIGNATURES), chance.choice(IDS)
            arrange = partial(_wrap, layer=layer, hide=hide, signatures=signatures, ids=ids)
            yield (
                f"{layer}:{name}:{signatures}:{ids}",
                partial(_resigned, form, text, arrange),
                Expect.REFUSED,
            )


def _layers(form: Form) -> list[str]:
    """Those that the form has."""
    present = {local(element) for element in elements(parsed(form.text))}
    return [layer for layer in (LAYERS if form.successful else LAYERS[1:]) if layer in present]


Hide = Callable[[_Element, _Element], None]
"""Puts the original (second) somewhere in the tree of the forged (first)."""


def _hiding_places(text: str, layer: str) -> Iterator[tuple[str, Hide]]:
    yield "before", lambda forged, original: forged.addprevious(original)
    yield "after", lambda forged, original: forged.addnext(original)
    yield "forged-inside-original", _swallow
    for number, host in enumerate(elements(parsed(text))):
        for place in ("first", "last"):
            yield f"{place}-in-{number:02}-{local(host)}", partial(_into_host, number=number, place=place)
    for name, room in _ROOM.items():
        yield f"in-{name}", partial(_into_room, room=room)


def _wrap(root: _Element, *, layer: str, hide: Hide, signatures: str, ids: str) -> None:
    original = find(root, layer)
    forged = _forge(original, signatures, ids)
    parent = original.getparent()
    assert parent is not None
    forged.tail = original.tail
    parent.replace(original, forged)
    original.tail = None
    if signatures == "moved-to-forged":
        for own in original.findall(f"{{{DS}}}Signature"):
            original.remove(own)
    hide(forged, original)


def _forge(original: _Element, signatures: str, ids: str) -> _Element:
    forged = copy(original)
    if ids == "new-id" and forged.get("ID"):
        forged.set("ID", EVIL_ID)
    elif ids == "no-id":
        forged.attrib.pop("ID", None)
    for name_id in forged.iter(f"{{{SAML}}}NameID"):
        name_id.text = f"s00000000:{OTHER_BSN}"
    if signatures == "kept-by-original":
        for own in forged.findall(f"{{{DS}}}Signature"):
            forged.remove(own)
    return forged


def _swallow(forged: _Element, original: _Element) -> None:
    parent = forged.getparent()
    assert parent is not None
    parent.replace(forged, original)
    original.append(forged)


def _nowhere(_forged: _Element, _original: _Element) -> None:
    """The original is put elsewhere, by hand."""


def _into_host(forged: _Element, original: _Element, number: int, place: str) -> None:
    every = elements(forged.getroottree().getroot())
    host = every[min(number + 1, len(every) - 1)]
    host.insert(0 if place == "first" else len(host), original)


def _into_room(forged: _Element, original: _Element, room: tuple[str, int, tuple[str, ...]]) -> None:
    name, position, levels = room
    hosts = [found for found in elements(forged.getroottree().getroot()) if local(found) == name]
    host = hosts[0] if hosts else forged
    for number, level in enumerate(levels):
        made = etree.Element(level)
        host.insert(position if number == 0 else 0, made)
        host = made
    host.insert(position if not levels else 0, original)


def _arranged(text: str, arrange: Callable[[_Element], None]) -> bytes:
    """In a holder, so that the root itself can be wrapped, and can come to stand beside another."""
    holder = etree.Element("holder")
    holder.append(parsed(text))
    arrange(holder)
    return b"".join(
        (written(child) if number == 0 else etree.tostring(child, encoding="unicode")).encode()
        for number, child in enumerate(holder)
    )


def _resigned(form: Form, text: str, arrange: Callable[[_Element], None]) -> bytes:
    return form.sign(_arranged(text, arrange).decode())


def _outside(form: Form, layer: str) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """The original behind the root, in a comment, in CDATA and in an attribute value."""

    def built(place: str) -> bytes:
        original = etree.tostring(find(parsed(form.signed_text), layer), encoding="unicode", with_tail=False)
        forge = partial(_wrap, layer=layer, hide=_nowhere, signatures=SIGNATURES[0], ids=IDS[0])
        text = _arranged(form.signed_text, forge).decode()
        inside = original.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
        return {
            "after-root": f"{text}{original}",
            "in-comment": text.replace("<samlp:Status>", f"<!--{original}--><samlp:Status>", 1),
            "in-cdata": text.replace("</samlp:Status>", f"<![CDATA[{original}]]></samlp:Status>", 1),
            "in-attribute-value": text.replace("<samlp:Status>", f'<samlp:Status Detail="{inside}">', 1),
            "as-text": text.replace("</samlp:Status>", f"{inside}</samlp:Status>", 1),
        }[place].encode()

    for place in ("after-root", "in-comment", "in-cdata", "in-attribute-value", "as-text"):
        yield place, partial(built, place)
