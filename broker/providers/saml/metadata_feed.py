"""Metadata that a feed brought: believed when a pinned key signed the whole of it, and for nothing else.

KeyInfo is not read, the entity is the one that the configuration names, and an end must be told: a copy
without one could be shown to us again for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from lxml.etree import _Element

from broker.errors import ConfigurationError
from broker.providers.saml.bytes_rules import check_bytes
from broker.providers.saml.keys import rsa_key_of
from broker.providers.saml.metadata import IdentityProvider, identity_provider_in
from broker.providers.saml.names import ds
from broker.providers.saml.parse import parse_strictly
from broker.providers.saml.profile import LayerName
from broker.providers.saml.refusal import AnswerRefused, GateRefused
from broker.providers.saml.signature_profile import SignedLayer, check_signature
from broker.providers.saml.verify import verify_layers

LONGEST_LIFE: Final = timedelta(days=400)
"""How far away the end of a feed may be: a year, and room to be signed anew."""


class FeedRefused(AnswerRefused):
    """The feed brought something that does not take the place of what we have."""


def read_feed(document: bytes, entity_id: str, signers: Sequence[x509.Certificate]) -> IdentityProvider:
    """What the feed says of `entity_id`; raises `GateRefused` or `FeedRefused`.

    The certificates of `signers` are pinned keys: whoever issued them and their dates do not matter here.
    """
    check_bytes(document)
    signed = _signature_of(parse_strictly(document))
    verified = verify_layers([signed], [rsa_key_of(certificate) for certificate in signers])
    try:
        found = identity_provider_in(verified[signed.name].tree(), entity_id)
    except ConfigurationError as fault:
        raise FeedRefused("feed.content", f"the metadata {'; '.join(fault.faults)}") from fault
    if found.valid_until is None:
        raise FeedRefused("feed.endless", "the metadata has no validUntil, which a feed must have")
    return found


def require_end_in_sight(found: IdentityProvider, now: datetime) -> None:
    """Refuse what has ended, and what could be shown to us again for years."""
    if found.valid_until is None:
        return
    if now >= found.valid_until:
        raise FeedRefused("feed.ended", "the metadata has ended already")
    if found.valid_until - now > LONGEST_LIFE:
        raise FeedRefused("feed.too-long", f"the metadata ends more than {LONGEST_LIFE.days} days from now")


def require_no_step_back(found: IdentityProvider, known: IdentityProvider) -> None:
    """Refuse what was published before what we have: it may hold a key that was withdrawn since.

    What ends at the same moment and says something else must say itself that it was made later.
    """
    if found.valid_until is None or known.valid_until is None:
        return
    if found.valid_until < known.valid_until:
        raise FeedRefused("feed.older", "the metadata ends before the copy that we have")
    if _made_before(found, known):
        raise FeedRefused("feed.older", "the metadata was made before the copy that we have")
    newer = found.valid_until > known.valid_until or _made_before(known, found)
    if not newer and content_of(found) != content_of(known):
        detail = "the metadata differs from the copy that we have and does not say that it is newer"
        raise FeedRefused("feed.not-newer", detail)


def _made_before(one: IdentityProvider, other: IdentityProvider) -> bool:
    """Whether both say when they were made, and this one was first."""
    made, compared = one.published_at, other.published_at
    return made is not None and compared is not None and made < compared


def content_of(found: IdentityProvider) -> IdentityProvider:
    """Without what changes whenever a feed is signed anew."""
    return replace(found, valid_until=None, cache_for=None, published_at=None)


def _signature_of(root: _Element) -> SignedLayer:
    """The signature over all of the document: its first child (SAML metadata 2.3.1 and 2.3.2).

    What else is signed within it is somebody else's, and covered by this one.
    """
    signature = next(iter(root), None)
    if signature is None or signature.tag != ds("Signature"):
        raise GateRefused("signature.missing", "the metadata must be signed as a whole")
    return check_signature(LayerName.METADATA, root, signature)
