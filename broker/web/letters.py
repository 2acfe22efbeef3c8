"""A mail to a person, from its words to what is queued: in its brand's look and the language of the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import render_template
from flask_babel import gettext

from broker.notify.mail import Mail, Sender
from broker.web.language import LANGUAGE_PARAMETER, Language, current_language
from broker.web.portals import BrandView
from broker.web.theme import mail_colours

LINK_PARAMETER: Final = "link"

# RFC 2606 section 2: nobody's. As long as an address often is.
NOBODY: Final = "nobody.at.all@nowhere.invalid"


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


def link_to(base_url: str, brand: str, path: str, token: str | None) -> str:
    """The address of a page of this brand that takes the token of a link, in the language of the mail."""
    query = {LINK_PARAMETER: token or ""}
    if current_language() is not Language.DUTCH:
        query[LANGUAGE_PARAMETER] = current_language().value
    return f"{base_url}/{brand}/{path}?{urlencode(query)}"


def button(label: str, url: str) -> Action:
    """The button that leads there."""
    return Action(label, url, gettext("Werkt de knop niet? Kopieer dan dit adres naar uw browser:"))


def if_it_was_not_you() -> tuple[str, ...]:
    """How a mail ends that tells of something done."""
    return (
        gettext("Heeft u dit zelf gedaan? Dan hoeft u niets te doen."),
        gettext("Was u dit niet? Neem dan meteen contact met ons op. Iemand anders kan bij uw account zijn."),
        never_ask(),
    )


def never_ask() -> str:
    """What no mail of ours asks."""
    return str(
        gettext("Wij vragen u nooit per e-mail om een wachtwoord, een code of uw burgerservicenummer.")
    )
