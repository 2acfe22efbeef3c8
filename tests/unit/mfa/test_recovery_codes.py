"""Recovery codes: long, readable, and kept so that nothing can be read back."""

from __future__ import annotations

import re
from hashlib import scrypt

import pytest

from broker.domain.accounts import AccountId
from broker.mfa.recovery_codes import digest_of, digests_of, new_codes

ANS, BEA = AccountId("ans"), AccountId("bea")
CODE = "7K2M-01AZ-9QRS-TVWX"


def test_codes_are_ten_different_ones_of_80_bits() -> None:
    """In groups of four, without letters that look like digits."""
    codes = [code for _ in range(50) for code in new_codes()]
    assert len(set(codes)) == 500
    assert all(re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", code) for code in codes)


@pytest.mark.parametrize(
    "typed", ["7k2m01az9qrstvwx", " 7K2M 01AZ 9QRS TVWX ", "7K2M-OIAZ-9QRS-TVWX", "7K2M-oLAZ-9QRS-TVWX"]
)
def test_code_is_recognised_however_it_is_copied(typed: str) -> None:
    """Small letters, other spacing, and the letters that people read for digits."""
    assert digest_of(ANS, typed) == digest_of(ANS, CODE)


@pytest.mark.parametrize("typed", ["", "7K2M", CODE + "0", "7K2M-01AZ-9QRS-TVWU", "7K2M-01AZ-9QRS-TVW\ud800"])
def test_what_is_no_code_costs_no_hash(typed: str) -> None:
    """It cannot be right, so nothing is computed."""
    assert digest_of(ANS, typed) is None


def test_digest_is_of_one_account() -> None:
    """The same code of two people is kept as two different values of 32 bytes."""
    digests = {digest_of(ANS, CODE), digest_of(BEA, CODE)}
    assert {len(digest or b"") for digest in digests} == {32}
    assert len(digests) == 2


def test_digest_is_slow_to_make(production_cost: int) -> None:
    """16 MiB for each guess at a stolen digest, which stays what it is from one version to the next."""
    assert production_cost * 8 * 128 >= 16 * 1024 * 1024
    assert digest_of(ANS, CODE) == scrypt(
        CODE.replace("-", "").encode(), salt=b"recovery code of ans", n=production_cost, r=8, p=1, dklen=32
    )


def test_digests_belong_to_their_codes() -> None:
    """One each, in their order."""
    codes = new_codes()[:2]
    assert digests_of(ANS, codes) == tuple(digest_of(ANS, code) for code in codes)
