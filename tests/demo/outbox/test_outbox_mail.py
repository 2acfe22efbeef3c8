"""Mail arrives over real SMTP."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage

import pytest

from demo.outbox.mail import LARGEST_MAIL_BYTES, MailListener
from demo.outbox.messages import Channel, MessageStore


def _mail(text: str = "Beste Zoë,\nwelkom.") -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "broker@cz.example"
    mail["To"] = "zoe.ramdin@post.example"
    mail["Subject"] = "Welkom, Zoë"
    mail.set_content(text)
    return mail


def test_mail_arrives_with_its_subject_and_text(mail_listener: MailListener, store: MessageStore) -> None:
    """Letters outside ASCII survive in subject and text."""
    with smtplib.SMTP("127.0.0.1", mail_listener.port) as smtp:
        smtp.send_message(_mail())
    (message,) = store.newest_first()
    assert message.channel is Channel.MAIL
    assert message.to == "zoe.ramdin@post.example"
    assert message.subject == "Welkom, Zoë"
    assert message.text.splitlines() == ["Beste Zoë,", "welkom."]


def test_mail_arrives_once_for_each_receiver_of_the_envelope(
    mail_listener: MailListener, store: MessageStore
) -> None:
    """The envelope decides who gets a mail, not the header."""
    with smtplib.SMTP("127.0.0.1", mail_listener.port) as smtp:
        smtp.send_message(_mail(), to_addrs=["a@post.example", "b@post.example"])
    assert {message.to for message in store.newest_first()} == {"a@post.example", "b@post.example"}


def test_mail_with_two_forms_is_shown_by_its_plain_text(
    mail_listener: MailListener, store: MessageStore
) -> None:
    """A mail with text and HTML is read by its text."""
    mail = _mail("In woorden.")
    mail.add_alternative("<p>Opgemaakt.</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", mail_listener.port) as smtp:
        smtp.send_message(mail)
    assert store.newest_first()[0].text == "In woorden."


def test_mail_with_only_html_is_shown_by_its_words(mail_listener: MailListener, store: MessageStore) -> None:
    """Without plain text the words of the HTML are kept, not its markup."""
    mail = _mail()
    mail.set_content("<h1>Welkom</h1><p>Fijn dat u er bent.</p>", subtype="html")
    with smtplib.SMTP("127.0.0.1", mail_listener.port) as smtp:
        smtp.send_message(mail)
    assert store.newest_first()[0].text == "Welkom\nFijn dat u er bent."


def test_mail_that_is_too_large_is_refused(mail_listener: MailListener, store: MessageStore) -> None:
    """Nothing is kept of a mail beyond the limit."""
    with (
        smtplib.SMTP("127.0.0.1", mail_listener.port) as smtp,
        pytest.raises(smtplib.SMTPException),
    ):
        smtp.send_message(_mail(("x" * 70 + "\n") * (LARGEST_MAIL_BYTES // 70)))
    assert store.newest_first() == []
