"""Texts about organisations: one line, and nothing hidden in it."""

from __future__ import annotations

import pytest

from broker.domain.plain_text import InvalidText, TextFault, parse_plain_text

LONGEST = 20


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("  Bakkerij  De\u00a0Korenaar ", "Bakkerij De Korenaar"),
        ("Zoe\u0308 & Zn.", "Zoë & Zn."),
        ("'t Hoekje (2)", "'t Hoekje (2)"),
        ("x" * LONGEST, "x" * LONGEST),
    ],
)
def test_text_is_kept_as_it_is_written(typed: str, text: str) -> None:
    """Any script; only the spaces are made single, and the letters of one form."""
    assert parse_plain_text(typed, LONGEST) == text


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", TextFault.MISSING),
        (" \u00a0 ", TextFault.MISSING),
        ("x" * (LONGEST + 1), TextFault.TOO_LONG),
        ("x" * 1_000_000, TextFault.TOO_LONG),
        ("Bakkerij\r\nBcc: x", TextFault.UNREADABLE),
        ("Bakkerij\u202eneraa", TextFault.UNREADABLE),
        ("Bakkerij\x00", TextFault.UNREADABLE),
    ],
)
def test_text_that_is_no_writing_is_refused_without_repeating_it(typed: str, fault: TextFault) -> None:
    """Line ends and invisible characters are refused, not removed."""
    with pytest.raises(InvalidText) as refused:
        parse_plain_text(typed, LONGEST)
    assert refused.value.fault is fault
    assert not typed.strip() or typed not in str(refused.value)
