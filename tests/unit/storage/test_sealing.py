"""Sealing: what goes in comes out in its own place only, and nothing can be changed."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.storage.sealing import OVERHEAD_BYTES, DataKey, SealBroken, Sealer
from broker.storage.xaes import XaesKey
from tests.support.fixtures import new_data_key

SEALER = Sealer([new_data_key()])


@pytest.mark.parametrize(
    ("key", "associated", "expected"),
    [
        (b"\x01", b"", "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"),
        (b"\x03", b"c2sp.org/XAES-256-GCM", "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"),
    ],
)
def test_cipher_is_the_published_one(key: bytes, associated: bytes, expected: str) -> None:
    """The test vectors of C2SP XAES-256-GCM come out: both halves of the key derivation."""
    cipher, nonce = XaesKey(key * 32), b"ABCDEFGHIJKLMNOPQRSTUVWX"
    sealed = cipher.encrypt(nonce, b"XAES-256-GCM", associated)
    assert (sealed.hex(), cipher.decrypt(nonce, sealed, associated)) == (expected, b"XAES-256-GCM")


@given(plain=st.binary(max_size=200), context=st.binary(max_size=50))
def test_sealed_value_opens_in_its_context(plain: bytes, context: bytes) -> None:
    """Any value comes back, at a fixed cost in bytes."""
    sealed = SEALER.seal(plain, context=context)
    assert (SEALER.open(sealed, context=context), len(sealed)) == (plain, len(plain) + OVERHEAD_BYTES)


def test_sealed_value_opens_nowhere_else() -> None:
    """A value moved to another row does not open there."""
    sealed = SEALER.seal(b"value", context=b"accounts/cz/1/name")
    with pytest.raises(SealBroken, match="belongs somewhere else"):
        SEALER.open(sealed, context=b"accounts/cz/2/name")


def test_no_bit_can_be_changed() -> None:
    """Every single flipped bit is noticed, in the format, the key id, the nonce, the text and the tag."""
    sealed = SEALER.seal(b"value", context=b"here")
    for position in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises(SealBroken):
            SEALER.open(bytes(changed), context=b"here")


@given(st.binary(max_size=80))
def test_noise_does_not_open(noise: bytes) -> None:
    """Any bytes at all give a refusal, never another error."""
    with pytest.raises(SealBroken):
        SEALER.open(noise, context=b"")


def test_threads_share_a_key_without_harm() -> None:
    """A key derives the keys of messages for all threads at once; each opens what it sealed."""
    sealer = Sealer([new_data_key()])

    def seal_and_open(number: int) -> bool:
        plain, context = str(number).encode() * 50, f"place {number}".encode()
        return sealer.open(sealer.seal(plain, context=context), context=context) == plain

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(seal_and_open, range(4000)))


def test_older_keys_open_and_the_newest_seals() -> None:
    """After a new key is put in front, old values stay readable and new ones carry the new id."""
    old, new = new_data_key(), new_data_key()
    sealed_before = Sealer([old]).seal(b"value", context=b"")
    both = Sealer([new, old])
    assert both.open(sealed_before, context=b"") == b"value"
    with pytest.raises(SealBroken, match=new.id):
        Sealer([old]).open(both.seal(b"value", context=b""), context=b"")


def test_key_with_the_same_id_but_other_bytes_does_not_open() -> None:
    """The id only says which key to try; it proves nothing."""
    key = new_data_key()
    sealed = Sealer([key]).seal(b"value", context=b"")
    with pytest.raises(SealBroken):
        Sealer([DataKey(key.id, secrets.token_bytes(32))]).open(sealed, context=b"")


def test_equal_values_look_different() -> None:
    """Two sealed copies of one value share nothing but the format and key id."""
    first, second = (SEALER.seal(b"value", context=b"") for _ in range(2))
    assert first[9:33] != second[9:33]
    assert first[33:] != second[33:]


def test_secret_of_a_key_is_not_printed() -> None:
    """A key in a log or traceback shows its id only."""
    key = new_data_key()
    assert key.id in repr(key)
    assert repr(key.secret) not in repr(key)


@pytest.mark.parametrize(("key_id", "size"), [("00" * 7, 32), ("00" * 8, 31), ("00" * 8, 16)])
def test_key_of_another_size_is_refused(key_id: str, size: int) -> None:
    """A truncated key is a mistake, not a weaker key."""
    with pytest.raises(ValueError, match="a data key has"):
        DataKey(key_id, bytes(size))
