"""Names as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.domain.person_name import LONGEST_NAME, InvalidName, NameFault, parse_person_name


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Jelle Hoekstra", "Jelle Hoekstra"),
        ("  Zoë   Ramdin ", "Zoë Ramdin"),
        ("Zoe\u0308", "Zoë"),
        ("Fatima\u00a0el Amrani", "Fatima el Amrani"),
        ("O'Neill-d’Arc, Jr.", "O'Neill-d’Arc, Jr."),
        ("李小龍", "李小龍"),
        ("J" * LONGEST_NAME, "J" * LONGEST_NAME),
    ],
)
def test_name_is_kept_as_it_is_written(typed: str, name: str) -> None:
    """Any script; only the spaces are made single, and the letters of one form."""
    assert parse_person_name(typed) == name


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", NameFault.MISSING),
        (" \u00a0 ", NameFault.MISSING),
        ("J" * (LONGEST_NAME + 1), NameFault.TOO_LONG),
        ("Jelle\r\nBcc: x", NameFault.UNREADABLE),
        ("Jelle\tHoekstra", NameFault.UNREADABLE),
        ("Jelle\u202eartskeoH", NameFault.UNREADABLE),
        ("Jelle\u200bHoekstra", NameFault.UNREADABLE),
        ("Jelle\x00", NameFault.UNREADABLE),
        ("Jelle\ud800", NameFault.UNREADABLE),
        ("12345", NameFault.UNREADABLE),
        ("Jelle" + " " * 500 + "Hoekstra", NameFault.TOO_LONG),
    ],
)
def test_text_that_is_no_name_is_refused(typed: str, fault: NameFault) -> None:
    """Nothing is taken out in silence: the person mends it."""
    with pytest.raises(InvalidName) as refused:
        parse_person_name(typed)
    assert refused.value.fault is fault


@given(st.text(max_size=150))
def test_accepted_name_is_one_readable_line(typed: str) -> None:
    """Whatever is typed, a name has 1 to 100 printable characters and stays the same when read again."""
    try:
        name = parse_person_name(typed)
    except InvalidName:
        return
    assert 1 <= len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert parse_person_name(name) == name
