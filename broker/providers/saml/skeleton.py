"""The fixed skeleton: every layer on its own absolute path, once, and nothing anywhere else.

Third step of the gate, and the answer to signature wrapping: there is no second Assertion, Response or
Signature in the document that any later step could confuse with the first.
"""

from __future__ import annotations

import re
from typing import Final

from lxml.etree import _Element

from broker.providers.saml.names import ds, saml, samlp
from broker.providers.saml.profile import Profile
from broker.providers.saml.refusal import GateRefused
from broker.providers.saml.shape import match

COUNTED: Final = (
    samlp("ArtifactResponse"),
    samlp("Response"),
    saml("Assertion"),
    saml("EncryptedAssertion"),
    saml("EncryptedID"),
    saml("Advice"),
    ds("Signature"),
)
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,127}", re.ASCII)


def check_skeleton(root: _Element, profile: Profile) -> None:
    """Refuse a document that is not of the profile's form, or whose IDs could be read in two ways."""
    nothing_is_hidden(root, profile)
    ids_are_plain_and_unique(root)
    match(root, profile.message)


def nothing_is_hidden(root: _Element, profile: Profile) -> None:
    """Each layer and signature stands on a path of the profile, and no path is taken twice.

    What stands in the one Advice of a profile that has it is not looked at: it is cut out before any value is
    read. Encrypted identifiers may stand at their one path as often as the shape allows.
    """
    free = {layer.path for layer in profile.layers}
    free |= {(*layer.path, ds("Signature")) for layer in profile.layers if layer.may_be_signed}
    free |= {profile.advice} if profile.advice else set()
    known: dict[_Element, tuple[str, ...]] = {}
    for element in root.iter(*COUNTED):
        path = absolute_path(element, known)
        if path == profile.identifiers or is_within(path, profile.advice):
            continue
        if path not in free:
            local = path[-1].rpartition("}")[2]
            raise GateRefused("skeleton.misplaced", f"{local} stands where it may not, or stands there twice")
        free.discard(path)


def is_within(path: tuple[str, ...], advice: tuple[str, ...] | None) -> bool:
    """Whether `path` leads into the Advice, and not only as far as it."""
    return advice is not None and len(path) > len(advice) and path[: len(advice)] == advice


def ids_are_plain_and_unique(root: _Element) -> None:
    """IDs are unprefixed, well-formed and unique over the whole document, in any spelling of ``id``."""
    seen: set[str] = set()
    for element in root.iter():
        for name in element.keys():  # noqa: SIM118 - an element without it gives its children
            local = name.rpartition("}")[2]
            if local.lower() != "id":
                continue
            if local != name:
                raise GateRefused("skeleton.namespaced-id", "an ID attribute has a namespace")
            value = element.get(name, "")
            if not _ID.fullmatch(value):
                raise GateRefused("skeleton.malformed-id", "an ID is not a plain name")
            if value in seen:
                raise GateRefused("skeleton.duplicate-id", "two elements have the same ID")
            seen.add(value)


def absolute_path(element: _Element, known: dict[_Element, tuple[str, ...]]) -> tuple[str, ...]:
    """The qualified names from the root down to `element`; `known` keeps those of it and its ancestors."""
    path = known.get(element)
    if path is None:
        parent = element.getparent()
        above = () if parent is None else absolute_path(parent, known)
        path = known[element] = (*above, str(element.tag))
    return path
