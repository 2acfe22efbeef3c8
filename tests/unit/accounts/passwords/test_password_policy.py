"""Which passwords are taken, and what people are told about one (security A01 to A04)."""

from __future__ import annotations

import random
import string
import unicodedata

import pytest

from broker.accounts.passwords.advice import advice
from broker.accounts.passwords.characters import LONGEST, TooLarge, normal_form
from broker.accounts.passwords.common_words import common_words
from broker.accounts.passwords.policy import faults_in

CONTEXT = ("Anneke de Vries", "anneke.de.vries", "bakkerij-jansen.example", "CZ", "CZ Zorgverzekeringen")


@pytest.mark.parametrize(
    "password",
    [
        "kwmzrtbvxqlp",
        "paard fiets zon kleedje",
        "  spaties tellen mee  ",
        "zonder hoofdletter of cijfer",
        "🦊🐙🌵🚲🎻🧀🪁🌋🦔🧊🪴🛶",
        "пароль длинный",
        "ключ от старого шкафа",
        "welkom bij de vlooienmarkt",
        "kwmzrtbvxqlp" * 10 + "12345678",
    ],
)
def test_password_of_any_characters_is_taken(password: str) -> None:
    """Twelve characters to 128 of any script, with spaces; no kind of character is asked for (A02, A03)."""
    assert faults_in(password, context=CONTEXT) == ()


def test_length_is_counted_in_composed_characters() -> None:
    """An accent that is typed apart makes a password no longer, at both ends of what is allowed."""
    letters = "kẃmźŕtbvxqlé"
    assert len(letters) == 12
    longest = (letters * 11)[:LONGEST]
    for text, fault in (
        (letters, ()),
        (letters[:-1], ("too-short",)),
        (longest, ()),
        (longest + "x", ("too-long",)),
    ):
        assert faults_in(unicodedata.normalize("NFC", text), context=()) == fault
        assert faults_in(unicodedata.normalize("NFD", text), context=()) == fault


def test_nul_is_no_character_of_a_password() -> None:
    """What sends one hopes that something reads no further (B4-19)."""
    with pytest.raises(TooLarge):
        normal_form("een lang wachtwoord\0en meer")
    assert faults_in("een lang wachtwoord\0en meer", context=CONTEXT) == ("too-long",)


def test_book_is_refused_without_being_read() -> None:
    """Of a text of a megabyte not even the form is made."""
    with pytest.raises(TooLarge):
        normal_form("x" * 1_000_000)
    assert faults_in("x" * 1_000_000, context=CONTEXT) == ("too-long",)


@pytest.mark.parametrize(
    "password",
    [
        "123456789012",
        "aaaaaaaaaaaa",
        "            ",
        "abcabcabcabc",
        "abcdefghijkl",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "mnbvcxzlkjhg",
        "passwordpassword",
        "Password123456",
        "P@ssw0rd1234!",
        "p-a-s-s-w-o-r-d-1",
        "Welkom2026!!!",
        "W@chtw00rd2026",
        "welkomzomer2026",
        "Zomervakantie2026",
        "Feyenoord1908!",
        "ikhouvanjou!!",
        "iloveyou1234",
        "letmein123456",
        "correct horse battery staple",
        "maytheforcebewithyou",
        "Zorgverzekering1!",
        "21-03-1985-21",
    ],
)
def test_common_password_is_refused(password: str) -> None:
    """What everybody would try first, however it is dressed up (A04)."""
    assert faults_in(password, context=()) == ("too-common",)


@pytest.mark.parametrize(
    "password",
    [
        "AnnekeDeVries1985",
        "anneke.de.vries",
        "4nn3k3_d3_vr13s!",
        "bakkerijjansen!",
        "JansenBakkerij2026",
        "anneke@bakkerij-jansen.example",
    ],
)
def test_password_about_its_owner_is_refused(password: str) -> None:
    """A name, an address, its domain or the brand with little else is what somebody would try (A04)."""
    assert faults_in(password, context=CONTEXT) == ("too-like-you",)
    assert faults_in(password, context=()) == ()


def test_our_own_name_is_no_password() -> None:
    """Whatever the caller says of the account."""
    assert faults_in("Voordeur-Voordeur", context=()) != ()


def test_name_in_a_password_that_is_long_otherwise_is_no_fault() -> None:
    """Words of the account are not forbidden; they only do not count."""
    assert faults_in("anneke koopt zeven groene ballonnen", context=CONTEXT) == ()


def test_random_letters_are_taken() -> None:
    """Twenty letters of lower case are no common password, whatever words they happen to hold (A03)."""
    source = random.Random(20261121)  # noqa: S311 - reproducible examples, no secrets
    for _ in range(300):
        password = "".join(source.choices(string.ascii_lowercase, k=20))
        assert faults_in(password, context=CONTEXT) == ()


def test_word_of_the_list_with_a_year_is_refused() -> None:
    """The list is read, every line of it: each stem, dressed up as people do, is refused."""
    words = sorted(common_words())
    assert len(words) > 600
    dressed = (f"{word.capitalize()}2026!".ljust(12, "!") for word in words)
    assert [password for password in dressed if faults_in(password, context=()) == ()] == []


@pytest.mark.parametrize(
    ("password", "score", "code"),
    [
        ("aaaaaaaaaaaa", 0, "repetition"),
        ("qwertyuiopasdf", 1, "common-word"),
        ("anneke1985", 1, "about-you"),
        ("", 0, "more-words"),
    ],
)
def test_advice_says_what_is_weak(password: str, score: int, code: str) -> None:
    """A score and a code for the sentence beside the field."""
    found = advice(password, CONTEXT)
    assert found.score <= score
    assert found.codes[0] == code


def test_advice_has_nothing_to_say_of_a_strong_password() -> None:
    """The best score comes without remarks, also for one that is longer than is looked at."""
    assert advice("kwmzrtbvxqlp vhsnd", CONTEXT).score == 4


def test_advice_reads_no_further_than_it_is_cheap() -> None:
    """Signs that could stand for letters multiply what there is to try; a long row of them took seconds."""
    begin = "4@8({[<369!1|0$5"
    assert advice(begin + "+7%2" * 28, ()) == advice(begin, ())


def test_advice_remembers_nobody() -> None:
    """The words of one account play no part in the advice for another."""
    before = advice("ruigenhoekseweg", ())
    assert advice("ruigenhoekseweg", ("Ruigenhoekseweg",)).score < before.score
    assert advice("ruigenhoekseweg", ()) == before
