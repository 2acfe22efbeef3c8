"""The Advice of a profile that has one: signed by whoever signed around it, and cut out before all reading.

It holds assertions of other parties, with signatures that we have no keys for. Nobody below ever sees them.
"""

from __future__ import annotations

from lxml.etree import _Element

from broker.providers.saml.below import below
from broker.providers.saml.profile import Profile
from broker.providers.saml.verify import remove_keeping_tail


def cut_advice(signed: _Element, profile: Profile) -> None:
    """Take the Advice out of the tree of the outermost layer, if the profile knows one and it is there."""
    if profile.advice is None:
        return
    advice = below(signed, *profile.advice[len(profile.layers[0].path) :])
    if advice is not None:
        remove_keeping_tail(advice)
