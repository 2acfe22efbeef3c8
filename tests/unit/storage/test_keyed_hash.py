"""Keyed hashes: findable with the key, separate for each brand, never ambiguous."""

from __future__ import annotations

import hmac
import secrets

from hypothesis import assume, given
from hypothesis import strategies as st

from broker.storage.keyed_hash import BlindIndex, NameKey
from tests.support.fixtures import new_data_key

KEY = new_data_key()


def test_index_finds_the_same_value() -> None:
    """The hash of a value is the same in every process with the key."""
    assert BlindIndex("cz", [KEY]).digest("digid", "123") == BlindIndex("cz", [KEY]).digest("digid", "123")


def test_index_separates_brands_schemes_and_keys() -> None:
    """The same number at two brands, in two schemes or under two keys has nothing in common."""
    digests = {
        BlindIndex("cz", [KEY]).digest("digid", "123").digest,
        BlindIndex("vgz", [KEY]).digest("digid", "123").digest,
        BlindIndex("cz", [KEY]).digest("eherkenning", "123").digest,
        BlindIndex("cz", [new_data_key()]).digest("digid", "123").digest,
    }
    assert len(digests) == 4


def test_index_gives_all_keys_newest_first() -> None:
    """While a key is replaced a value is looked up under both."""
    old, new = new_data_key(), new_data_key()
    found = BlindIndex("cz", [new, old]).digests("digid", "123")
    assert [digest.key_id for digest in found] == [new.id, old.id]
    assert found[1] == BlindIndex("cz", [old]).digest("digid", "123")


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_name_parts_cannot_be_shifted(first: list[str], second: list[str]) -> None:
    """Two different lists of parts never hash alike, wherever their borders are."""
    assume(first != second)
    names = NameKey(secrets.token_bytes(32))
    assert names.digest(*first) != names.digest(*second)


def test_name_of_a_record_is_the_digest_of_its_three_parts() -> None:
    """Ready-made fronts change no name, so that records are found across releases."""
    key = NameKey(b"k" * 32)
    for parts in (
        ("session", "cz", "a"),
        ("session", "c", "za"),
        ("code", "", "\ud800é" * 90),
        ("session", "cz", "b"),
    ):
        assert key.digest_in(*parts) == key.digest(*parts)


def test_digests_are_those_of_hmac() -> None:
    """However they are computed: what was stored under a name is found by every later version."""
    names, index = NameKey(b"k" * 32), BlindIndex("cz", [KEY])
    for part in ("a", "", "a"):
        spelled = len(part).to_bytes(4) + part.encode()
        assert names.digest(part) == hmac.digest(b"k" * 32, spelled, "sha256").hex()
        parts = b"\0\0\0\x02cz\0\0\0\x05digid" + spelled
        assert index.digest("digid", part).digest == hmac.digest(KEY.secret, parts, "sha256")


def test_digest_is_not_printed() -> None:
    """Neither the key nor the hash shows up when printed."""
    hashed = BlindIndex("cz", [KEY]).digest("digid", "123")
    assert repr(hashed.digest) not in repr(hashed)
    assert "secret" not in repr(NameKey(b"secret"))
