"""A mail as it is kept and as it goes over the wire."""

from __future__ import annotations

from datetime import timedelta
from email import message_from_bytes, policy

import pytest

from broker.notify.mail import Mail, Sender, decode_content, encode_content, on_the_wire
from broker.notify.patience import wait_after
from broker.notify.ports import Envelope
from tests.support.moments import MovableClock

MAIL = Mail(
    Sender("Zoë’s Klantenservice", "noreply@cz.example"),
    "jelle@post.example",
    "Één link",
    "tekst é",
    "<p>é</p>",
    "nl",
)
KEY = "<1-2@cz.example>"


def test_mail_comes_out_of_the_outbox_as_it_went_in() -> None:
    """The recipient is kept apart from the rest."""
    content = encode_content(MAIL)
    assert b"jelle" not in content
    assert decode_content(content, MAIL.to) == MAIL


def test_mail_on_the_wire_has_both_forms_and_the_headers_of_a_machine(clock: MovableClock) -> None:
    """Seven bits, so that any server takes it; the same headers each time it is made."""
    first, second = (on_the_wire(MAIL, KEY, clock.now) for _ in range(2))
    assert first.isascii()
    read, again = (message_from_bytes(data, policy=policy.default) for data in (first, second))
    assert {name: value for name, value in read.items() if name != "Content-Type"} == {
        name: value for name, value in again.items() if name != "Content-Type"
    }
    assert (read["Message-ID"], read["Auto-Submitted"]) == (KEY, "auto-generated")
    assert (read["Subject"], read["From"]) == ("Één link", "Zoë’s Klantenservice <noreply@cz.example>")
    assert (read["Date"].datetime, read["Content-Language"]) == (clock.now, "nl")
    kinds = [part.get_content_type() for part in read.iter_parts()]
    assert kinds == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    "hostile", ["x\r\nBcc: y@post.example", "x\ny", "x\ry", "x\x00", "x\u2028y", "x\x85y"]
)
def test_header_with_a_line_end_is_refused(hostile: str) -> None:
    """Wherever it comes from, nothing after it becomes a header."""
    for changed in ({"to": hostile}, {"subject": hostile}, {"sender": Sender(hostile, "a@cz.example")}):
        fields = {
            name: getattr(MAIL, name) for name in ("sender", "to", "subject", "text", "html", "language")
        }
        with pytest.raises(ValueError, match="one line"):
            Mail(**{**fields, **changed})


def test_what_is_printed_of_a_mail_names_nobody() -> None:
    """Neither mail nor envelope shows its recipient or words."""
    envelope = Envelope("noreply@cz.example", MAIL.to, b"tekst")
    assert [word for word in ("jelle", "tekst", "<p>") if word in repr(MAIL) + repr(envelope)] == []


def test_waits_grow_to_an_hour_and_stay_there() -> None:
    """A hiccup costs seconds; a long outage one attempt an hour."""
    waits = [wait_after(attempts) for attempts in range(1, 12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(seconds=5), timedelta(hours=1))
