"""The Advice of a profile that has one: signed by whoever signed around it, and cut out before all reading.

It holds assertions of other parties, with signatures that we have no keys for. Nobody below ever sees them.
"""

from __future__ import annotations

from collections.abc import Mapping

from lxml.etree import _Element

from broker.providers.saml.profile import LayerName, Profile
from broker.providers.saml.verify import VerifiedLayer, remove_keeping_tail


def cut_advice(verified: Mapping[LayerName, VerifiedLayer], profile: Profile) -> None:
    """Take the Advice out of every verified tree, if the profile knows one and it is there."""
    if profile.advice is None:
        return
    for layer in profile.layers:
        if layer.name in verified:
            _cut(verified[layer.name].root, profile.advice[len(layer.path) :])


def _cut(root: _Element, path: tuple[str, ...]) -> None:
    element: _Element | None = root
    for name in path:
        element = None if element is None else next(element.iterchildren(name), None)
    if element is not None:
        remove_keeping_tail(element)
