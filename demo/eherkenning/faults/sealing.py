"""What is otherwise about the encryption; everything is signed as it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from demo.eherkenning.catalogue import Recipient
from demo.eherkenning.encryption import BLOCK_BYTES, BlockCipher, KeyTransport, Sealing
from demo.eherkenning.faults.answer import FOREIGN
from demo.eherkenning.names import XENC

_END = b"</saml:NameID>"


def several_recipients(sealing: Sealing) -> Sealing:
    """Somebody else can read it too: that one's key stands first."""
    strangers = tuple(
        Recipient(FOREIGN, "another-key", _strange(one.certificate)) for one in sealing.recipients[:1]
    )
    return replace(sealing, recipients=(*strangers, *sealing.recipients), carried_names=True)


def other_key(sealing: Sealing) -> Sealing:
    """Encrypted to a key that the recipient does not have, under its name."""
    return _recipients(sealing, lambda one: replace(one, certificate=_strange(one.certificate)))


def wrong_recipient(sealing: Sealing) -> Sealing:
    """The right key, addressed to another service provider."""
    return _recipients(sealing, lambda one: replace(one, entity_id=FOREIGN))


def wrong_key_name(sealing: Sealing) -> Sealing:
    """The right key under a name that nobody has."""
    return _recipients(sealing, lambda one: replace(one, key_name="nobody-has-this-key"))


def no_key(sealing: Sealing) -> Sealing:
    """No EncryptedKey at all."""
    return replace(sealing, finished=_without_keys)


def key_spoiled(sealing: Sealing) -> Sealing:
    """One character of the encrypted key is another."""
    return replace(sealing, finished=_with_spoiled_key)


def cipher_spoiled(sealing: Sealing) -> Sealing:
    """The last block is another, so the padding is not."""
    return replace(sealing, encrypted=lambda data: data[:-1] + bytes([data[-1] ^ 1]))


def cipher_cut(sealing: Sealing) -> Sealing:
    """Half a block is missing."""
    return replace(sealing, encrypted=lambda data: data[: -BLOCK_BYTES // 2])


def padding_wrong(sealing: Sealing) -> Sealing:
    """The last byte says to drop more than a block."""
    return replace(sealing, padded=lambda blocks: blocks[:-1] + b"\xff")


def weak_cipher(sealing: Sealing) -> Sealing:
    """AES-128, which the scheme does not allow."""
    return replace(sealing, cipher=BlockCipher.AES_128_CBC)


def old_transport(sealing: Sealing) -> Sealing:
    """RSA 1.5, which the scheme does not allow."""
    return replace(sealing, transport=KeyTransport.PKCS1)


def not_xml(sealing: Sealing) -> Sealing:
    """What was encrypted is no XML."""
    return replace(sealing, plaintext=lambda _clear: b"90001354")


def two_identifiers(sealing: Sealing) -> Sealing:
    """What was encrypted is not one NameID."""
    return replace(sealing, plaintext=lambda clear: b"<x>" + clear + clear + b"</x>")


def document_type(sealing: Sealing) -> Sealing:
    """What was encrypted begins with a document type and an entity."""
    return replace(
        sealing,
        plaintext=lambda clear: b'<!DOCTYPE x [<!ENTITY e "9">]>' + clear.replace(_END, b"&e;" + _END),
    )


def comment(sealing: Sealing) -> Sealing:
    """A comment in the middle of the number that was encrypted."""
    return replace(sealing, plaintext=_with_comment)


def _recipients(sealing: Sealing, change: Callable[[Recipient], Recipient]) -> Sealing:
    return replace(sealing, recipients=tuple(change(one) for one in sealing.recipients))


def _strange(like: x509.Certificate) -> x509.Certificate:
    """A certificate that looks like this one, for a key that is thrown away."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return (
        x509.CertificateBuilder()
        .subject_name(like.subject)
        .issuer_name(like.issuer)
        .public_key(key.public_key())
        .serial_number(like.serial_number)
        .not_valid_before(like.not_valid_before_utc)
        .not_valid_after(like.not_valid_after_utc)
        .sign(key, hashes.SHA256())
    )


def _without_keys(element: etree._Element) -> None:
    for key in element.findall(f"{{{XENC}}}EncryptedKey"):
        element.remove(key)


def _with_spoiled_key(element: etree._Element) -> None:
    for value in element.iterfind(f"{{{XENC}}}EncryptedKey/{{{XENC}}}CipherData/{{{XENC}}}CipherValue"):
        text = value.text or ""
        value.text = ("B" if text[:1] == "A" else "A") + text[1:]


def _with_comment(clear: bytes) -> bytes:
    place = clear.rindex(_END) - 4
    return clear[:place] + b"<!--x-->" + clear[place:]
