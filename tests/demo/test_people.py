"""The demo's people: usable numbers, and the cases that the journeys need."""

from __future__ import annotations

import re

import pytest

from demo.eherkenning.levels import Level
from demo.eherkenning.suppliers import supplier_of
from demo.people import PEOPLE, AccountKind, Person, people_as_json, person_by_id

WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
WITH_DIGID = [person for person in PEOPLE if person.digid]
BUSINESS = [
    account for person in PEOPLE for account in person.accounts if account.kind is AccountKind.BUSINESS
]


@pytest.mark.parametrize("person", WITH_DIGID, ids=lambda person: person.id)
def test_people_have_invented_numbers_that_pass_the_eleven_test(person: Person) -> None:
    """A number begins with 9 (not handed out to people) and is right by the eleven test."""
    assert person.digid
    digits = [int(digit) for digit in person.digid.bsn]
    assert len(digits) == 9
    assert digits[0] == 9
    assert sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11 == 0


def test_people_differ_in_id_number_and_user_name() -> None:
    """No two people share what must tell them apart."""
    means = [person.digid for person in PEOPLE if person.digid]
    assert len({person.id for person in PEOPLE}) == len(PEOPLE)
    assert len({one.bsn for one in means}) == len(means)
    assert len({one.username for one in means}) == len(means)


def test_people_include_a_couple_with_one_sms_phone_and_two_apps() -> None:
    """An SMS phone may serve several people; an app belongs to one person."""
    by_phone: dict[str, list[Person]] = {}
    for person in PEOPLE:
        if person.digid:
            by_phone.setdefault(person.digid.phone, []).append(person)
    couples = [people for people in by_phone.values() if len(people) == 2]
    assert couples
    pins = [person.digid.pin for person in couples[0] if person.digid]
    assert None not in pins
    assert len(set(pins)) == 2


@pytest.mark.parametrize("journey", ["J1", "J2", "J3", "J4"])
def test_people_cover_each_journey_of_mijn_cz(journey: str) -> None:
    """Somebody with DigiD can play each journey."""
    assert [person for person in WITH_DIGID if journey in person.journeys]


@pytest.mark.parametrize(
    "journey",
    [
        "J5",
        "J6",
        "J7",
        "J11",
        "J14",
        "J15a",
        "J16",
        "J17",
        "J19",
        "J20",
        "J21",
        "J22",
        "J23",
        "J24",
        "J28",
        "J30a",
        "J34",
        "J36",
    ],
)
def test_people_cover_each_journey_with_a_password(journey: str) -> None:
    """Somebody can play each journey."""
    assert [person for person in PEOPLE if journey in person.journeys]


def test_people_for_j1_have_sms_check_and_an_account_and_for_j3_none() -> None:
    """J1 goes straight into the file; J3 is about not having an account."""
    for person in WITH_DIGID:
        assert person.digid
        if "J1" in person.journeys:
            assert person.digid.level != "basis"
            assert [account.brand for account in person.accounts] == ["cz"]
        if "J3" in person.journeys:
            assert person.accounts == ()


def test_people_as_json_leaves_out_what_somebody_does_not_have() -> None:
    """Absent parts are left out rather than sent as null."""
    people = {entry["id"]: entry for entry in people_as_json()["people"]}  # type: ignore[attr-defined]
    assert set(people["sanne"]) == {"id", "name", "journeys", "digid", "accounts"}
    assert set(people["sanne"]["digid"]) == {"username", "password", "pin", "phone", "bsn", "level"}
    assert people["sanne"]["accounts"] == [{"brand": "cz", "email": "sanne.devries@post.example"}]
    assert "accounts" not in people["jelle"]
    assert "pin" not in people["tomasz"]["digid"]


def test_people_do_not_print_their_secrets() -> None:
    """A person in a log shows neither number nor password."""
    person = person_by_id("sanne")
    assert person
    assert person.digid
    shown = repr(person)
    assert person.digid.bsn not in shown
    assert person.digid.password not in shown
    assert str(person.digid.pin) not in shown
    for account in BUSINESS:
        for secret in (account.password, account.totp_secret):
            assert secret is None or secret not in repr(PEOPLE)


def test_business_accounts_are_one_for_each_brand_and_address() -> None:
    """As the broker keeps them."""
    places = [(account.brand, account.email.lower()) for account in BUSINESS]
    assert len(set(places)) == len(places)


def test_somebody_has_the_same_address_at_two_brands() -> None:
    """Two accounts with nothing in common but the address."""
    (person,) = [person for person in PEOPLE if len({one.brand for one in person.accounts}) == 2]
    first, second = person.accounts
    assert first.email == second.email
    assert first.password != second.password


def test_everybody_at_mijn_cz_zakelijk_has_a_second_factor() -> None:
    """That portal asks for one: an app for some, a telephone for others."""
    at_cz = [account for account in BUSINESS if account.brand == "cz"]
    assert all((account.totp_secret is None) != (account.phone is None) for account in at_cz)
    assert {account.phone is None for account in at_cz} == {True, False}


def test_somebody_invited_has_no_password_and_reads_the_mail() -> None:
    """J19: the link comes to the address of the account."""
    (invited,) = [person for person in PEOPLE if any(account.is_invited for account in person.accounts)]
    assert "J19" in invited.journeys
    assert {account.email for account in invited.accounts} <= invited.email_addresses


def test_business_account_as_json_has_the_names_of_the_interface() -> None:
    """What is needed to log in, and nothing more."""
    people = {entry["id"]: entry for entry in people_as_json()["people"]}  # type: ignore[attr-defined]
    work = {"roles", "collectivities"}
    assert set(people["marieke"]["accounts"][0]) == {"brand", "email", "password", "totp_secret"} | work
    assert set(people["bram"]["accounts"][0]) == {"brand", "email", "password", "phone"} | work
    assert set(people["yusuf"]["accounts"][0]) == {"brand", "email", "password"} | work
    assert set(people["ingrid"]["accounts"][0]) == {"brand", "email"} | work
    assert set(people["lars"]["accounts"][0]) == {"brand", "email", "password", "phone"}
    assert "digid" not in people["marieke"]


@pytest.mark.parametrize("journey", ["J31", "J32", "J36"])
def test_people_cover_each_journey_with_eherkenning(journey: str) -> None:
    """Somebody with a means can play each journey."""
    assert [person for person in PEOPLE if person.eherkenning and journey in person.journeys]


def test_people_with_eherkenning_have_numbers_that_could_be() -> None:
    """KvK numbers of eight digits, branches of twelve, RSINs that pass the eleven test; levels that exist."""
    for means in (person.eherkenning for person in PEOPLE if person.eherkenning):
        assert supplier_of(means.supplier)
        assert Level.of_label(means.level)
        for mandate in means.mandates:
            assert re.fullmatch(r"\d{8}", mandate.organisation.kvk)
            assert all(re.fullmatch(r"\d{12}", branch.number) for branch in mandate.branches)
            if rsin := mandate.organisation.rsin:
                digits = [int(digit) for digit in rsin]
                assert sum(weight * digit for weight, digit in zip(WEIGHTS, digits, strict=True)) % 11 == 0


def test_people_with_eherkenning_cover_the_cases_of_the_scheme() -> None:
    """Too low, eH2+, eH3, eH4; several companies, a branch, an intermediary."""
    means = [person.eherkenning for person in PEOPLE if person.eherkenning]
    assert {one.level for one in means} == {"eH2", "eH2+", "eH3", "eH4"}
    assert len({(one.supplier, one.username) for one in means}) == len(means)
    mandates = [mandate for one in means for mandate in one.mandates]
    assert any(len(one.mandates) > 2 for one in means)
    assert any(mandate.branches and not mandate.whole for mandate in mandates)
    assert any(mandate.intermediary for mandate in mandates)


def test_eherkenning_as_json_has_the_names_of_the_interface() -> None:
    """What is needed to log in, with the first company."""
    people = {entry["id"]: entry for entry in people_as_json()["people"]}  # type: ignore[attr-defined]
    told = people["nadia"]["eherkenning"]
    assert set(told) == {"username", "password", "supplier", "level", "kvk", "company"}
    assert (told["kvk"], told["level"]) == ("90001354", "eH3")
    assert "eherkenning" not in people["marieke"]
