"""E-mail addresses as people type them."""

from __future__ import annotations

import pytest

from broker.domain.email_address import EmailFault, InvalidEmailAddress, comparable, parse_email_address


@pytest.mark.parametrize(
    ("typed", "text", "in_mail"),
    [
        ("jelle@post.example", "jelle@post.example", "jelle@post.example"),
        ("  Jelle.H+cz@Post.EXAMPLE ", "Jelle.H+cz@post.example", "Jelle.H+cz@post.example"),
        ("jelle@bücher.example", "jelle@bücher.example", "jelle@xn--bcher-kva.example"),
        ("jelle@bu\u0308cher.example", "jelle@bücher.example", "jelle@xn--bcher-kva.example"),
    ],
)
def test_address_is_read_for_people_and_for_mail(typed: str, text: str, in_mail: str) -> None:
    """Spaces around it go, the domain is written one way, international domains have both forms."""
    found = parse_email_address(typed)
    assert (found.text, found.ascii) == (text, in_mail)
    assert "jelle" not in repr(found).lower()


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", EmailFault.MISSING),
        (" \t", EmailFault.MISSING),
        ("jelle", EmailFault.MALFORMED),
        ("jelle@", EmailFault.MALFORMED),
        ("@post.example", EmailFault.MALFORMED),
        ("jelle@post", EmailFault.MALFORMED),
        ("jelle hoekstra@post.example", EmailFault.MALFORMED),
        ("Jelle <jelle@post.example>", EmailFault.MALFORMED),
        ("a@post.example,b@post.example", EmailFault.MALFORMED),
        ("jelle@post.example\r\nBcc: x@post.example", EmailFault.MALFORMED),
        ("jelle@post.example\x00", EmailFault.MALFORMED),
        ('"jelle\r\n"@post.example', EmailFault.MALFORMED),
        ("jelle@[127.0.0.1]", EmailFault.MALFORMED),
        ("jël@post.example", EmailFault.MALFORMED),
        ("jelle@localhost", EmailFault.MALFORMED),
        ("j" * 250 + "@post.example", EmailFault.TOO_LONG),
        ("j" * 65 + "@post.example", EmailFault.MALFORMED),
        (" " * 1100 + "jelle@post.example", EmailFault.TOO_LONG),
    ],
)
def test_text_that_is_no_address_is_refused(typed: str, fault: EmailFault) -> None:
    """With a code for the sentence at the field, and without repeating the text."""
    with pytest.raises(InvalidEmailAddress) as refused:
        parse_email_address(typed)
    assert refused.value.fault is fault
    assert str(refused.value) == fault.value


def test_addresses_are_compared_without_case_and_spelling_of_the_domain() -> None:
    """One mailbox, however it is written; what is no address is still comparable with itself."""
    spellings = ("Jelle@Bücher.example", "jelle@bücher.example", "JELLE@xn--bcher-kva.example")
    assert len({comparable(text) for text in spellings}) == 1
    assert comparable(" Marker@Example.TEST ") == comparable("marker@example.test")


@pytest.mark.parametrize(
    "spellings",
    [
        ("sanne@post.example", "SANNE@POST.EXAMPLE", " Sanne@Post.Example\t", "sanne@ｐｏｓｔ.example"),
        ("jelle@straße.example", "jelle@xn--strae-oqa.example", "JELLE@xn--STRAE-OQA.example"),
        ("jëlle@bücher.example", "je\u0308lle@BÜCHER.example", "JËLLE@xn--bcher-kva.example"),
        ("jëlle@post.example", "jëlle@post.example."),
    ],
)
def test_spellings_of_one_address_have_one_form(spellings: tuple[str, ...]) -> None:
    """Case, composition of accents and both forms of a domain make no other mailbox (B4-16)."""
    assert len({comparable(text) for text in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sanne@post.example", "\u017fanne@post.example"),
        ("iris@post.example", "\u0131ris@post.example"),
        ("iris@post.example", "\u0130ris@post.example"),
        ("fien@post.example", "\ufb01en@post.example"),
        ("strasse@post.example", "straße@post.example"),
        ("jelle@strasse.example", "jelle@straße.example"),
        ("anna@post.example", "\u0430nna@post.example"),
        ("anna@post.example", "anna\u200b@post.example"),
        ("anna@post.example", "anna+cz@post.example"),
        ("anna@post.example", "an.na@post.example"),
    ],
)
def test_addresses_that_only_look_alike_have_two_forms(one: str, other: str) -> None:
    """A letter that folds to one of ASCII, or looks like it, never reaches another's account (B4-16)."""
    assert comparable(one) != comparable(other)
