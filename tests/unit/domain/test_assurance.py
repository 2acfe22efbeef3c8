"""Levels are ordered within a scheme and told to portals as URIs."""

from __future__ import annotations

import itertools

import pytest

from broker.domain.assurance import (
    ACCOUNT_ALONE,
    ACCOUNT_AND_PASSKEY,
    ACCOUNT_AND_SMS,
    ACCOUNT_AND_TOTP,
    ACR_VALUES,
    BELOW_EIDAS,
    EIDAS_HIGH,
    EIDAS_LOW,
    EIDAS_SUBSTANTIAL,
    ETOEGANG,
    AccountLevel,
    Assurance,
    DigidLevel,
    EherkenningLevel,
    Level,
    Scheme,
    acr_values_of,
    assurance_for_acr,
    levels_of,
)

DIGID = (DigidLevel.BASIS, DigidLevel.MIDDEN, DigidLevel.SUBSTANTIEEL, DigidLevel.HOOG)
ACCOUNT = (AccountLevel.PASSWORD, AccountLevel.SMS, AccountLevel.TOTP, AccountLevel.PASSKEY)
EHERKENNING = (
    EherkenningLevel.EH1,
    EherkenningLevel.EH2,
    EherkenningLevel.EH2PLUS,
    EherkenningLevel.EH3,
    EherkenningLevel.EH4,
)
ORDER: dict[Scheme, tuple[Level, ...]] = {
    Scheme.DIGID: DIGID,
    Scheme.EHERKENNING: EHERKENNING,
    Scheme.PASSWORD: ACCOUNT,
}
EVERY = [Assurance(scheme, level) for scheme, levels in ORDER.items() for level in levels]


@pytest.mark.parametrize(("reached", "required"), list(itertools.product(EVERY, EVERY)))
def test_assurance_meets_exactly_what_is_not_higher(reached: Assurance, required: Assurance) -> None:
    """A level meets itself and everything below it in its own scheme, and nothing of another scheme."""
    order = ORDER[reached.scheme]
    expected = required.scheme is reached.scheme and order.index(reached.level) >= order.index(required.level)
    assert reached.meets(required) == expected


def test_code_by_telephone_never_meets_an_authenticator_app() -> None:
    """Whoever can take over a number has the one and not the other."""
    sms = Assurance(Scheme.PASSWORD, AccountLevel.SMS)
    assert not sms.meets(Assurance(Scheme.PASSWORD, AccountLevel.TOTP))
    assert not sms.satisfies(ACCOUNT_AND_TOTP)


@pytest.mark.parametrize("scheme", Scheme)
def test_acr_of_each_level_finds_that_level_again(scheme: Scheme) -> None:
    """The URIs are one to one with the levels of a scheme."""
    levels = levels_of(scheme)
    assert [level.level for level in levels] == list(ORDER[scheme])
    assert [assurance_for_acr(scheme, level.acr) for level in levels] == list(levels)


SATISFIED: dict[Level, set[str]] = {
    DigidLevel.BASIS: {BELOW_EIDAS},
    DigidLevel.MIDDEN: {BELOW_EIDAS, EIDAS_LOW},
    DigidLevel.SUBSTANTIEEL: {BELOW_EIDAS, EIDAS_LOW, EIDAS_SUBSTANTIAL},
    DigidLevel.HOOG: {BELOW_EIDAS, EIDAS_LOW, EIDAS_SUBSTANTIAL, EIDAS_HIGH},
}
SATISFIED_BY_ACCOUNT: dict[Level, set[str]] = {
    AccountLevel.PASSWORD: {ACCOUNT_ALONE},
    AccountLevel.SMS: {ACCOUNT_ALONE, ACCOUNT_AND_SMS, EIDAS_LOW},
    AccountLevel.TOTP: {ACCOUNT_ALONE, ACCOUNT_AND_SMS, ACCOUNT_AND_TOTP, EIDAS_LOW},
    AccountLevel.PASSKEY: {
        ACCOUNT_ALONE,
        ACCOUNT_AND_SMS,
        ACCOUNT_AND_TOTP,
        ACCOUNT_AND_PASSKEY,
        EIDAS_LOW,
    },
}
_BELOW_EH2PLUS = {f"{ETOEGANG}loa1", f"{ETOEGANG}loa2"}
_EH2PLUS = _BELOW_EH2PLUS | {f"{ETOEGANG}loa2plus", EIDAS_LOW}
_EH3 = _EH2PLUS | {f"{ETOEGANG}loa3", EIDAS_SUBSTANTIAL}
SATISFIED_BY_EHERKENNING: dict[Level, set[str]] = {
    EherkenningLevel.EH1: {f"{ETOEGANG}loa1"},
    EherkenningLevel.EH2: _BELOW_EH2PLUS,
    EherkenningLevel.EH2PLUS: _EH2PLUS,
    EherkenningLevel.EH3: _EH3,
    EherkenningLevel.EH4: _EH3 | {f"{ETOEGANG}loa4", EIDAS_HIGH},
}
TABLES = {
    Scheme.DIGID: SATISFIED,
    Scheme.EHERKENNING: SATISFIED_BY_EHERKENNING,
    Scheme.PASSWORD: SATISFIED_BY_ACCOUNT,
}


@pytest.mark.parametrize("reached", EVERY)
@pytest.mark.parametrize("acr", [*ACR_VALUES, "urn:other"])
def test_assurance_satisfies_its_own_names_and_what_eidas_says_of_them(reached: Assurance, acr: str) -> None:
    """A password alone is nothing to eIDAS; with any second factor it is low, never substantial."""
    assert reached.satisfies(acr) == (acr in TABLES[reached.scheme][reached.level])


def test_acr_that_is_not_ours_finds_nothing() -> None:
    """An unknown URI is not guessed at."""
    assert assurance_for_acr(Scheme.DIGID, "urn:mace:incommon:iap:silver") is None
    assert assurance_for_acr(Scheme.PASSWORD, EIDAS_SUBSTANTIAL) is None


def test_acr_low_asks_the_weakest_second_factor_of_a_password() -> None:
    """A portal that speaks eIDAS alone still gets a second factor."""
    assert assurance_for_acr(Scheme.PASSWORD, EIDAS_LOW) == Assurance(Scheme.PASSWORD, AccountLevel.SMS)


def test_acr_values_are_those_that_can_be_reached() -> None:
    """DigiD brings eIDAS and its own; a password only what its factors bring."""
    by_digid = acr_values_of([Assurance(Scheme.DIGID, DigidLevel.HOOG)])
    assert by_digid == (BELOW_EIDAS, EIDAS_LOW, EIDAS_SUBSTANTIAL, EIDAS_HIGH)
    by_sms = acr_values_of([Assurance(Scheme.PASSWORD, AccountLevel.SMS)])
    assert set(by_sms) == {EIDAS_LOW, ACCOUNT_ALONE, ACCOUNT_AND_SMS}
    assert acr_values_of([]) == ()


@pytest.mark.parametrize("assurance", EVERY)
def test_names_of_scheme_and_level_are_read_back(assurance: Assurance) -> None:
    """What stands in a record, a claim or a file is that level again."""
    assert Assurance.of(assurance.scheme.value, assurance.level.label) == assurance


@pytest.mark.parametrize(
    ("scheme", "level"),
    [
        ("digid", "Midden"),
        ("digid", "totp"),
        ("password", "midden"),
        ("password", ""),
        ("other", "midden"),
        ("", ""),
    ],
)
def test_names_that_do_not_belong_together_are_refused(scheme: str, level: str) -> None:
    """Names are exact and lower case, and a level belongs to one scheme."""
    with pytest.raises(ValueError, match=r"level|Scheme"):
        Assurance.of(scheme, level)


@pytest.mark.parametrize(
    ("scheme", "level"), [(Scheme.DIGID, AccountLevel.PASSWORD), (Scheme.PASSWORD, DigidLevel.BASIS)]
)
def test_level_of_another_scheme_is_no_assurance(scheme: Scheme, level: Level) -> None:
    """Two levels can have the same number; that makes them no less different."""
    with pytest.raises(ValueError, match="no level"):
        Assurance(scheme, level)
