"""The mails around another e-mail address: the link, the word that it is in use, and what was changed.

None holds a name, and only the first a link, which leads to our own base URL (B4-13, B4-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from flask_babel import gettext

from broker.accounts.address.ports import AddressLetter, AddressLetterKind
from broker.notify.mail import Sender
from broker.notify.queue import MessageQueue
from broker.web.language import LANGUAGE_PARAMETER, Language, current_language
from broker.web.letters import Action, Words, mail_of
from broker.web.password_mails import LINK_PARAMETER
from broker.web.portals import BrandView, Portals

# RFC 2606 section 2: nobody's. As long as an address often is.
_NOBODY: Final = "nobody.at.all@nowhere.invalid"


class AddressMails:
    """`broker.accounts.address.ports.Letters`, in the brand's look and the language of the page."""

    def __init__(
        self, queue: MessageQueue, senders: Mapping[str, Sender], portals: Portals, base_url: str
    ) -> None:
        self._queue = queue
        self._senders = senders
        self._portals = portals
        self._base_url = base_url

    def write(self, letter: AddressLetter) -> None:
        """Queue the mail, within the transaction at hand; one for nobody costs what any other does."""
        brand, sender = self._portals.brand(letter.brand), self._senders.get(letter.brand)
        if brand is None or sender is None:
            raise RuntimeError("a brand where addresses are changed sends mail")
        mail = mail_of(self._words(letter, brand), brand, sender, letter.to_ascii or _NOBODY)
        queue = self._queue.enqueue if letter.to_ascii else self._queue.enqueue_for_nobody
        queue(letter.brand, letter.kind.value, mail, expires_at=letter.expires_at)

    def _words(self, letter: AddressLetter, brand: BrandView) -> Words:
        match letter.kind:
            case AddressLetterKind.CONFIRM:
                return _confirm_words(brand, self._link(letter))
            case AddressLetterKind.IN_USE:
                return _in_use_words(brand)
            case AddressLetterKind.CHANGED:
                return _changed_words(brand)

    def _link(self, letter: AddressLetter) -> str:
        query = {LINK_PARAMETER: letter.token or ""}
        if current_language() is not Language.DUTCH:
            query[LANGUAGE_PARAMETER] = current_language().value
        return f"{self._base_url}/{letter.brand}/address/confirm?{urlencode(query)}"


def _confirm_words(brand: BrandView, link: str) -> Words:
    return Words(
        subject=gettext("Bevestig uw nieuwe e-mailadres voor %(brand)s", brand=brand.name),
        title=gettext("Bevestig uw nieuwe e-mailadres"),
        paragraphs=(
            gettext(
                "U wilt dit e-mailadres gebruiken voor uw account bij %(brand)s. Bevestig dat het van u is.",
                brand=brand.name,
            ),
        ),
        action=Action(
            gettext("E-mailadres bevestigen"),
            link,
            gettext("Werkt de knop niet? Kopieer dan dit adres naar uw browser:"),
        ),
        afterwards=(
            gettext("De link werkt 1 uur en één keer."),
            gettext("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen. Er verandert dan niets."),
            _never_ask(),
        ),
    )


def _in_use_words(brand: BrandView) -> Words:
    return Words(
        subject=gettext("Uw e-mailadres is al in gebruik bij %(brand)s", brand=brand.name),
        title=gettext("Er is al een account met dit e-mailadres"),
        paragraphs=(
            gettext(
                "Iemand wilde dit e-mailadres gebruiken voor een ander account bij %(brand)s. "
                "Dat kan niet, want er hoort al een account bij dit adres.",
                brand=brand.name,
            ),
            gettext("Was u dit? Gebruik dan een ander e-mailadres, of neem contact met ons op."),
        ),
        action=None,
        afterwards=(
            gettext("Was u dit niet? Dan hoeft u niets te doen. Aan uw account is niets veranderd."),
            _never_ask(),
        ),
    )


def _changed_words(brand: BrandView) -> Words:
    return Words(
        subject=gettext("Uw e-mailadres is gewijzigd – %(brand)s", brand=brand.name),
        title=gettext("Uw e-mailadres is gewijzigd"),
        paragraphs=(
            gettext(
                "Uw account bij %(brand)s heeft een ander e-mailadres. Op dit adres krijgt u geen "
                "e-mail meer over uw account.",
                brand=brand.name,
            ),
        ),
        action=None,
        afterwards=(
            gettext("Heeft u dit zelf gedaan? Dan hoeft u niets te doen."),
            gettext(
                "Was u dit niet? Neem dan meteen contact met ons op. Iemand anders kan bij uw account zijn."
            ),
            _never_ask(),
        ),
    )


def _never_ask() -> str:
    return str(
        gettext("Wij vragen u nooit per e-mail om een wachtwoord, een code of uw burgerservicenummer.")
    )
