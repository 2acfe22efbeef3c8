"""Encrypted identifiers: what is read, and that every fault looks and costs the same."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from broker.domain.identity import Authenticated, Failed, ProviderOutcome
from broker.providers.base import PostedAnswer
from broker.providers.eherkenning.connection import AnswerBinding
from broker.providers.eherkenning.provider import EherkenningProvider
from broker.providers.saml.attributes import EncryptedIdentifier, read_attributes
from broker.providers.saml.decrypt import DecryptionKey, decrypt_all
from broker.providers.saml.refusal import MeaningRefused
from tests.support.decryption_work import counted_decryption, work_for
from tests.support.saml.digid import UsedInMemory
from tests.support.saml.eherkenning import (
    DV,
    KEY_NAME,
    KVK,
    KVK_QUALIFIER,
    NOW,
    PSEUDONYM,
    Sealing,
    acting,
    attribute,
    attributes_text,
    connection,
    encrypted_id,
    legal,
    name_id_text,
    posted,
    service,
)
from tests.support.saml.keys import pair
from tests.unit.providers.test_eherkenning_provider import SENT, DeadWire

OTHER = "urn:etoegang:DV:00000003000000000000:entities:9001"
NAMESPACES = (
    'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="http://www.w3.org/2000/09/xmldsig#" '
    'xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"'
)


def identifier(
    plain: str | None = None, sealing: Sealing | None = None, *, edit: str = ""
) -> EncryptedIdentifier:
    """An encrypted identifier as the gate reads it; `edit` is what replaces the cipher value."""
    sealed = encrypted_id(name_id_text(KVK, KVK_QUALIFIER) if plain is None else plain, 1, sealing)
    said = attributes_text(attribute("a", sealed))
    text = f"<saml:Assertion {NAMESPACES}>{said}</saml:Assertion>"
    tree = etree.fromstring(text)
    if edit:
        value = tree.find(".//{http://www.w3.org/2001/04/xmlenc#}CipherValue")
        assert value is not None
        value.text = edit
    value_read = read_attributes(tree)[0].values[0]
    assert isinstance(value_read, EncryptedIdentifier)
    return value_read


def keys(*names: str) -> tuple[DecryptionKey, ...]:
    """Our keys by these names; the first is the one that tests encrypt to."""
    found = names or (KEY_NAME,)
    return tuple(
        DecryptionKey(pair("dv-encryption" if number == 0 else "dv-encryption-old").key, name)
        for number, name in enumerate(found)
    )


def test_identifier_is_read_with_its_kind() -> None:
    """The text, the format and the qualifier of the NameID inside."""
    (found,) = decrypt_all([identifier()], recipient=DV, keys=keys())
    assert (found.text, found.qualifier) == (KVK, KVK_QUALIFIER)
    assert found.format == "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


CONTROLS = {
    "key-for-others-beside": Sealing(other_recipients=(OTHER, "urn:etoegang:DV:9:entities:1")),
}


@pytest.mark.parametrize("case", CONTROLS)
def test_identifier_for_several_recipients_is_read_by_ours(case: str) -> None:
    """The key is chosen by Recipient and KeyName."""
    (found,) = decrypt_all([identifier(sealing=CONTROLS[case])], recipient=DV, keys=keys())
    assert found.text == KVK


def test_key_is_chosen_by_its_name_while_keys_roll_over() -> None:
    """The new and the old key are both ours for a while."""
    both = keys(KEY_NAME, "old")
    old = Sealing(to="dv-encryption-old", key_name="old")
    found = decrypt_all([identifier(), identifier(sealing=old)], recipient=DV, keys=both)
    assert [each.text for each in found] == [KVK, KVK]


@pytest.mark.parametrize("ours", [(KEY_NAME,), (KEY_NAME, "old")])
def test_key_for_the_old_and_one_for_the_new_may_stand_side_by_side(ours: tuple[str, ...]) -> None:
    """Others encrypt to both for a while; it is read before the old key goes and after."""
    sealing = Sealing(also_to=("dv-encryption-old", "old"))
    (found,) = decrypt_all([identifier(sealing=sealing)], recipient=DV, keys=keys(*ours))
    assert found.text == KVK


def test_two_keys_under_one_name_are_refused_beside_another_of_ours() -> None:
    """One for each key that we have; which of two is meant is nobody's to choose."""
    sealing = Sealing(also_to=("dv-encryption-old", "old"), repeated=True)
    with pytest.raises(MeaningRefused, match=r"identifier\.undecryptable"):
        decrypt_all([identifier(sealing=sealing)], recipient=DV, keys=keys(KEY_NAME, "old"))


def _flipped(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


FAULTS: dict[str, Callable[[], EncryptedIdentifier]] = {
    "key-for-somebody-else": lambda: identifier(sealing=Sealing(recipient=OTHER)),
    "key-of-another-name": lambda: identifier(sealing=Sealing(key_name="other")),
    "two-keys-for-us": lambda: identifier(sealing=Sealing(repeated=True)),
    "wrapped-to-another-key": lambda: identifier(sealing=Sealing(to="somebody-else")),
    "wrapped-key-changed": lambda: identifier(sealing=Sealing(bend_key=_flipped)),
    "wrapped-key-too-short": lambda: identifier(sealing=Sealing(bend_key=lambda key: key[:-1])),
    "wrapped-key-too-long": lambda: identifier(sealing=Sealing(bend_key=lambda key: key + b"x")),
    "session-key-of-128-bits": lambda: identifier(sealing=Sealing(session_key_bytes=16)),
    "rsa-1.5": lambda: identifier(sealing=Sealing(key_algorithm="http://www.w3.org/2001/04/xmlenc#rsa-1_5")),
    "oaep-of-xmlenc-1.1": lambda: identifier(
        sealing=Sealing(key_algorithm="http://www.w3.org/2009/xmlenc11#rsa-oaep")
    ),
    "oaep-with-another-digest": lambda: identifier(
        sealing=Sealing(digest="http://www.w3.org/2001/04/xmlenc#sha256")
    ),
    "triple-des": lambda: identifier(
        sealing=Sealing(data_algorithm="http://www.w3.org/2001/04/xmlenc#tripledes-cbc")
    ),
    "aes-gcm": lambda: identifier(
        sealing=Sealing(data_algorithm="http://www.w3.org/2009/xmlenc11#aes256-gcm")
    ),
    "key-for-other-data": lambda: identifier(sealing=Sealing(reference="_other")),
    "data-changed": lambda: identifier(
        sealing=Sealing(bend_data=lambda data: _flipped(data[:16]) + data[16:])
    ),
    "data-cut": lambda: identifier(sealing=Sealing(bend_data=lambda data: data[:-1])),
    "data-of-one-block": lambda: identifier(sealing=Sealing(bend_data=lambda data: data[:16])),
    "no-data": lambda: identifier(sealing=Sealing(bend_data=lambda _: b"")),
    "data-not-base64": lambda: identifier(edit="not base64"),
    "padding-of-zero": lambda: identifier(sealing=Sealing(padding=0)),
    "padding-of-seventeen": lambda: identifier(sealing=Sealing(padding=17)),
    "no-xml": lambda: identifier("no xml at all"),
    "another-element": lambda: identifier(
        '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">x</saml:Issuer>'
    ),
    "doctype": lambda: identifier(f"<!DOCTYPE x>{name_id_text(KVK, KVK_QUALIFIER)}"),
    "comment-in-the-number": lambda: identifier(name_id_text(f"{KVK[:4]}<!-- -->{KVK[4:]}", KVK_QUALIFIER)),
    "element-in-the-number": lambda: identifier(name_id_text(f"{KVK}<x/>", KVK_QUALIFIER)),
    "attribute-that-is-not-agreed": lambda: identifier(
        name_id_text(KVK, KVK_QUALIFIER).replace("Format=", 'SPProvidedID="x" Format=')
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_is_told_in_the_same_words(case: str) -> None:
    """One code and one sentence, whatever is wrong (B1-28)."""
    with pytest.raises(MeaningRefused) as refused:
        decrypt_all([FAULTS[case]()], recipient=DV, keys=keys())
    told = refused.value
    assert (told.reason_code, told.detail) == (
        "identifier.undecryptable",
        "an identifier cannot be decrypted",
    )


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_costs_the_same_work(case: str) -> None:
    """The private key is used, the data deciphered and the result looked at, also of what comes behind it."""
    honest = identifier()
    faulty = FAULTS[case]()
    with counted_decryption() as work, pytest.raises(MeaningRefused):
        decrypt_all([faulty, honest], recipient=DV, keys=keys())
    assert work == work_for(2)
    with counted_decryption() as good_work:
        decrypt_all([honest, honest], recipient=DV, keys=keys())
    assert good_work == work


def outcome_of(attributes: str) -> ProviderOutcome:
    """What comes of an answer by POST that says this."""
    provider = EherkenningProvider(connection(answer_binding=AnswerBinding.POST), DeadWire(), UsedInMemory())
    message = base64.b64encode(posted(attributes=attributes)).decode()
    return provider.complete(PostedAnswer(message), SENT, now=NOW)


def test_nothing_is_decrypted_of_an_answer_that_is_refused_for_something_else() -> None:
    """First the signature and what is said in the clear; a forged ciphertext never meets our key."""
    with counted_decryption() as work:
        for attributes in (
            attributes_text(service("00000000-0000-0000-0000-000000000000"), acting(), legal()),
            attributes_text(service(), acting()),
        ):
            assert isinstance(outcome_of(attributes), Failed)
        message = posted().replace(b"</samlp:Response>", b"<x/></samlp:Response>")
        provider = EherkenningProvider(
            connection(answer_binding=AnswerBinding.POST), DeadWire(), UsedInMemory()
        )
        forged = provider.complete(PostedAnswer(base64.b64encode(message).decode()), SENT, now=NOW)
        assert isinstance(forged, Failed)
    assert not work


@pytest.mark.parametrize("place", ["acting", "legal"])
def test_login_with_an_identifier_that_cannot_be_read_ends_in_one_way(place: str) -> None:
    """For the person and for the organisation alike."""
    bad = Sealing(to="somebody-else")
    said = (
        (service(), acting(sealing=bad), legal())
        if place == "acting"
        else (service(), acting(), legal(sealing=bad))
    )
    assert outcome_of(attributes_text(*said)) == Failed(
        "identifier.undecryptable", "an identifier cannot be decrypted"
    )


def test_secrets_do_not_show() -> None:
    """Neither the key nor what was decrypted."""
    (found,) = decrypt_all([identifier()], recipient=DV, keys=keys())
    assert KVK not in repr(found)
    assert "RSAPrivateKey" not in repr(keys())
    outcome = outcome_of(attributes_text(service(), acting(), legal()))
    assert isinstance(outcome, Authenticated)
    assert PSEUDONYM not in repr(outcome)


def test_keys_of_tests_are_as_large_as_real_ones() -> None:
    """The padding of the wrapped key depends on it."""
    key = keys()[0].private_key
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048
