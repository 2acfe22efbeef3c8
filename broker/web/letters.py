"""A mail to a person, from its words to what is queued: in its brand's look and the language of the page."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template

from broker.notify.mail import Mail, Sender
from broker.web.language import current_language
from broker.web.portals import BrandView
from broker.web.theme import mail_colours


@dataclass(frozen=True, slots=True)
class Action:
    """The button of a mail; `fallback` introduces its address in words."""

    label: str
    url: str
    fallback: str


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says, in one language."""

    subject: str
    title: str
    paragraphs: tuple[str, ...]
    action: Action | None
    afterwards: tuple[str, ...]


def mail_of(words: Words, brand: BrandView, sender: Sender, to_ascii: str) -> Mail:
    """The mail in both its forms; `to_ascii` is the address with a domain in A-labels (RFC 5890)."""
    language = current_language()
    look = {"brand": brand, "letter": words, "language": language.value}
    return Mail(
        sender=sender,
        to=to_ascii,
        subject=words.subject,
        text=render_template("mail/letter.txt", **look),
        html=render_template("mail/letter.html", **look, colours=mail_colours(brand)),
        language=language.value,
    )
