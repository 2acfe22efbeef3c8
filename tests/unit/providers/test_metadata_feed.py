"""What a feed says is believed when a pinned key signed all of it, and for no other reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache

import pytest
from cryptography import x509

from broker.providers.saml.metadata import IdentityProvider
from broker.providers.saml.metadata_feed import (
    LONGEST_LIFE,
    FeedRefused,
    read_feed,
    require_end_in_sight,
    require_no_step_back,
)
from broker.providers.saml.refusal import AnswerRefused
from tests.support.saml.answers import IDP, stamp
from tests.support.saml.feed import FEED_ID, SIGNATURE_PLACE, feed_text, signed_feed
from tests.support.saml.keys import pair, pair_valid
from tests.support.saml.signers import by_signxml
from tests.unit.providers.test_metadata import (
    NOW,
    REDIRECT,
    RESOLUTION,
    SENSIBLE,
    key_descriptor,
    metadata_text,
    plain,
)

INSIDE = plain(SENSIBLE)
UNTIL = NOW + timedelta(days=7)
ENTITY_ID = "_entity00000000000000000000000000000000000"


@cache
def good() -> bytes:
    """The control."""
    return signed_feed(INSIDE, UNTIL)


def pinned() -> list[x509.Certificate]:
    """What the operator trusts."""
    return [pair("feed").certificate]


def code(document: bytes, *, entity_id: str = IDP) -> str:
    """Why it is refused."""
    with pytest.raises(AnswerRefused) as refused:
        read_feed(document, entity_id, pinned())
    return refused.value.reason_code


def test_feed_that_a_pinned_key_signed_is_read() -> None:
    """Whom we ask, whose keys count, until when."""
    found = read_feed(good(), IDP, pinned())
    assert (found.entity_id, found.valid_until) == (IDP, UNTIL)
    assert found.certificates == (pair("idp").certificate,)


def test_feed_may_be_signed_with_either_pinned_key() -> None:
    """While its signer's key is being replaced; the days of a pinned certificate do not matter."""
    old = pair_valid("feed", NOW - timedelta(days=9), NOW - timedelta(days=8))
    for key in ("feed", "feed-next"):
        document = signed_feed(INSIDE, UNTIL, key=pair(key))
        both = [old.certificate, pair("feed-next").certificate]
        assert read_feed(document, IDP, both).entity_id == IDP


def test_single_descriptor_may_be_the_feed() -> None:
    """An EntityDescriptor that is signed itself is as good as a group."""
    attributes = f'ID="{ENTITY_ID}" validUntil="2027-01-01T00:00:00Z" '
    text = INSIDE.replace("<md:EntityDescriptor ", f"<md:EntityDescriptor {attributes}", 1)
    text = text.replace("<md:IDPSSODescriptor", f"{SIGNATURE_PLACE}<md:IDPSSODescriptor", 1)
    document = by_signxml(text, SIGNATURE_PLACE, ENTITY_ID, pair("feed")).encode()
    assert read_feed(document, IDP, pinned()).entity_id == IDP


def _signed_within() -> bytes:
    """The signature stands in the entity, and nothing covers the group."""
    text = INSIDE.replace("<md:EntityDescriptor ", f'<md:EntityDescriptor ID="{ENTITY_ID}" ', 1)
    text = text.replace("<md:IDPSSODescriptor", "<inner/><md:IDPSSODescriptor", 1)
    inner = by_signxml(text, "<inner/>", ENTITY_ID, pair("feed")).partition("?>")[2].strip()
    return feed_text(inner, UNTIL).replace(SIGNATURE_PLACE, "").encode()


def _signature_last() -> bytes:
    """The right signature at the end, where a second reader may not look for it."""
    text = feed_text(INSIDE, UNTIL).replace(SIGNATURE_PLACE, "")
    text = text.replace("</md:EntitiesDescriptor>", f"{SIGNATURE_PLACE}</md:EntitiesDescriptor>")
    return by_signxml(text, SIGNATURE_PLACE, FEED_ID, pair("feed")).encode()


def _refers_to_the_entity() -> bytes:
    """The signature in the first place is over the entity within."""
    text = INSIDE.replace("<md:EntityDescriptor ", f'<md:EntityDescriptor ID="{ENTITY_ID}" ', 1)
    return by_signxml(feed_text(text, UNTIL), SIGNATURE_PLACE, ENTITY_ID, pair("feed")).encode()


def _wrapped() -> bytes:
    """The right signature before another group of the same ID; what was signed hides in extensions."""
    text = plain(good().decode())
    signature = text[text.index("<ds:Signature") : text.index("</ds:Signature>") + len("</ds:Signature>")]
    inside = (
        f"{signature}<md:Extensions>{text}</md:Extensions>{INSIDE.replace('digid.example', 'evil.example')}"
    )
    return feed_text("", UNTIL).replace(SIGNATURE_PLACE, inside).encode()


REFUSED: dict[str, tuple[Callable[[], bytes], str]] = {
    "not-signed": (
        lambda: feed_text(INSIDE, UNTIL).replace(SIGNATURE_PLACE, "").encode(),
        "signature.missing",
    ),
    "signed-within-only": (_signed_within, "signature.missing"),
    "signature-not-first": (_signature_last, "signature.missing"),
    "signature-over-a-part": (_refers_to_the_entity, "signature.reference"),
    "another-key": (lambda: signed_feed(INSIDE, UNTIL, key=pair("idp")), "signature.invalid"),
    "wrapped": (_wrapped, "signature.digest"),
    "changed-address": (
        lambda: good().replace(b"//digid.example/sso", b"//evil.example/sso"),
        "signature.digest",
    ),
    "longer-life": (lambda: good().replace(b'validUntil="2026', b'validUntil="2036'), "signature.digest"),
    "no-end": (lambda: signed_feed(INSIDE, None), "feed.endless"),
    "no-key": (lambda: signed_feed(INSIDE.replace("KeyDescriptor", "Other"), UNTIL), "feed.content"),
    "doctype": (lambda: b"<!DOCTYPE x>" + good().partition(b"?>")[2], "xml.doctype"),
    "too-large": (lambda: good() + b" " * 256 * 1024, "xml.too-large"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_feed_is_refused_for_anything_else(case: str) -> None:
    """Each has its code."""
    make, expected = REFUSED[case]
    assert code(make()) == expected


def test_feed_without_the_entity_that_is_meant_is_refused() -> None:
    """Whatever else the signer vouches for."""
    assert code(good(), entity_id="https://other.example") == "feed.content"


def test_certificate_in_the_signature_proves_nothing() -> None:
    """A stranger's signature, with the stranger's certificate in it."""
    forged = signed_feed(INSIDE, UNTIL, key=pair("attacker"))
    assert pair("attacker").signing_key.certificate_base64.encode() in forged.replace(b"\n", b"")
    assert code(forged) == "signature.invalid"


def test_older_copy_does_not_take_the_place_of_a_newer_one() -> None:
    """It may hold a key that was withdrawn; the same again may."""
    newer = read_feed(signed_feed(INSIDE, UNTIL + timedelta(seconds=1)), IDP, pinned())
    older = read_feed(good(), IDP, pinned())
    require_no_step_back(newer, older)
    require_no_step_back(older, older)
    with pytest.raises(FeedRefused, match=r"feed\.older"):
        require_no_step_back(older, newer)


def made_at(moment: datetime | None, *, ends: datetime = UNTIL, key: str = "idp") -> IdentityProvider:
    """A feed that says when it was made, as federations do in the extensions of their document."""
    attribute = "" if moment is None else f' creationInstant="{stamp(moment)}"'
    told = (
        f'<md:Extensions><r:PublicationInfo xmlns:r="urn:oasis:names:tc:SAML:metadata:rpi" '
        f'publisher="https://makelaar.example"{attribute}/></md:Extensions>'
    )
    text = plain(metadata_text(key_descriptor(key), RESOLUTION, REDIRECT))
    return read_feed(signed_feed(told + text, ends), IDP, pinned())


LATER = NOW + timedelta(seconds=1)


def test_other_content_of_the_same_end_must_say_that_it_is_newer() -> None:
    """Either of two documents may be the older one, unless both tell when they were made."""
    require_no_step_back(made_at(LATER, key="idp-next"), made_at(NOW))
    for found, known in ((NOW, NOW), (None, NOW), (NOW, None), (None, None)):
        with pytest.raises(FeedRefused, match=r"feed\.not-newer"):
            require_no_step_back(made_at(found, key="idp-next"), made_at(known))


def test_document_that_was_made_before_is_older_whenever_it_ends() -> None:
    """A later end alone does not make it newer."""
    with pytest.raises(FeedRefused, match=r"feed\.older"):
        require_no_step_back(made_at(NOW, ends=UNTIL + timedelta(days=1)), made_at(LATER))


def test_end_of_a_feed_is_in_sight() -> None:
    """Not longer than a year and some: until then it could be shown to us again."""
    require_end_in_sight(made_at(NOW, ends=NOW + LONGEST_LIFE), NOW)
    with pytest.raises(FeedRefused, match=r"feed\.too-long"):
        require_end_in_sight(made_at(NOW, ends=NOW + LONGEST_LIFE + timedelta(seconds=1)), NOW)


def test_moment_of_making_that_is_none_tells_nothing() -> None:
    """What cannot be compared does not make a document newer, nor one unreadable."""
    told = (
        '<md:Extensions><r:PublicationInfo xmlns:r="urn:oasis:names:tc:SAML:metadata:rpi" '
        'creationInstant="tomorrow"/></md:Extensions>'
    )
    assert read_feed(signed_feed(told + INSIDE, UNTIL), IDP, pinned()).published_at is None
