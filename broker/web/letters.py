"""A mail to a person, from its words to what is queued: in its brand's look and the language of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode

from flask import render_template
from flask_babel import gettext

from broker.domain.accounts import Account, AccountType
from broker.domain.mailbox import mailbox_of
from broker.notify.mail import Mail, Sender
from broker.notify.queue import MessageQueue
from broker.web.language import LANGUAGE_PARAMETER, Language, current_language
from broker.web.parameters import LINK_PARAMETER
from broker.web.portals import BrandView, Portals
from broker.web.theme import mail_colours

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


class Letterbox:
    """Queues mails, each from its brand and in its look, within the transaction at hand."""

    def __init__(self, queue: MessageQueue, senders: Mapping[str, Sender], portals: Portals) -> None:
        """`senders` are by brand; one that is not among them sends no mail."""
        self._queue = queue
        self._senders = senders
        self._portals = portals

    def is_of(self, brand: str) -> bool:
        """Whether the brand sends mail."""
        return brand in self._senders

    def brand(self, name: str, account_type: AccountType, portal: str | None = None) -> BrandView:
        """A brand that sends mail, which settings see to wherever a portal needs it.

        The desk is that of the portal, where it is known, or else of those for people with such an account.
        """
        found = self._portals.get(portal or "")
        brand = found.brand if found is not None else self._portals.brand_for(name, account_type)
        if brand is None or not self.is_of(name):
            raise RuntimeError(f"brand {name} sends no mail")
        return brand

    def place(self, brand: BrandView, portal: str | None) -> str:
        """What a mail calls where somebody wants to be: the portal, where it is known, or else the brand."""
        found = self._portals.get(portal or "")
        return found.name if found is not None else brand.name

    def post(
        self, brand: BrandView, purpose: str, words: Words, to_ascii: str | None, expires_at: datetime
    ) -> None:
        """Queue a mail; None is for nobody, which costs what any other does. `purpose` is for the log."""
        mail = _mail_of(words, brand, self._senders[brand.id], to_ascii or NOBODY)
        enqueue = self._queue.enqueue if to_ascii else self._queue.enqueue_for_nobody
        enqueue(brand.id, purpose, mail, expires_at=expires_at)

    def tell_owner(
        self, account: Account, purpose: str, words: Callable[[BrandView], Words], expires_at: datetime
    ) -> None:
        """Tell the owner of an account; nobody where the brand sends no mail.

        Nor is anything sent to an address that was imported before today's rules: it would arrive nowhere.
        """
        to_ascii = mailbox_of(account)
        if self.is_of(account.brand) and to_ascii is not None:
            brand = self.brand(account.brand, account.type)
            self.post(brand, purpose, words(brand), to_ascii, expires_at)


def _mail_of(words: Words, brand: BrandView, sender: Sender, to_ascii: str) -> Mail:
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
