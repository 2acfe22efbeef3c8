"""A feed of metadata as federations publish it: a group, signed as a whole by somebody else's library."""

from __future__ import annotations

from datetime import datetime

from tests.support.saml.answers import stamp
from tests.support.saml.keys import Pair, pair
from tests.support.saml.signers import METADATA, Signer, by_signxml

FEED_ID = "_feed0000000000000000000000000000000000000"
SIGNATURE_PLACE = "<signature-of-feed/>"


def feed_text(inside: str, until: datetime | None, *, attributes: str = "") -> str:
    """An EntitiesDescriptor around `inside`, with the place for its signature."""
    end = "" if until is None else f'validUntil="{stamp(until)}" '
    return (
        f'<md:EntitiesDescriptor xmlns:md="{METADATA}" ID="{FEED_ID}" {end}{attributes}>'
        f"{SIGNATURE_PLACE}{inside}</md:EntitiesDescriptor>"
    )


def signed_feed(
    inside: str,
    until: datetime | None,
    *,
    key: Pair | None = None,
    attributes: str = "",
    signer: Signer = by_signxml,
) -> bytes:
    """The same, signed with the key `feed` unless told otherwise."""
    text = feed_text(inside, until, attributes=attributes)
    return signer(text, SIGNATURE_PLACE, FEED_ID, key or pair("feed")).encode()
