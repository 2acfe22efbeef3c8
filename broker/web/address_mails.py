"""The mails around another e-mail address: the link, the word that it is in use, and what was changed.

None holds a name, and only the first a link, which leads to our own base URL (B4-13, B4-22).
"""

from __future__ import annotations

from flask_babel import gettext

from broker.accounts.address.ports import AddressLetter, AddressLetterKind
from broker.web.letters import Letterbox, Words, button, if_it_was_not_you, link_to, never_ask
from broker.web.portals import BrandView


class AddressMails:
    """`broker.accounts.address.ports.Letters`, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox, base_url: str) -> None:
        self._letterbox = letterbox
        self._base_url = base_url

    def write(self, letter: AddressLetter) -> None:
        """Queue the mail, within the transaction at hand; one for nobody costs what any other does."""
        brand = self._letterbox.brand(letter.brand, letter.account_type)
        words = self._words(letter, brand)
        self._letterbox.post(brand, letter.kind.value, words, letter.to_ascii, letter.expires_at)

    def _words(self, letter: AddressLetter, brand: BrandView) -> Words:
        match letter.kind:
            case AddressLetterKind.CONFIRM:
                return _confirm_words(brand, self._link(letter))
            case AddressLetterKind.IN_USE:
                return _in_use_words(brand)
            case AddressLetterKind.CHANGED:
                return _changed_words(brand)

    def _link(self, letter: AddressLetter) -> str:
        return link_to(self._base_url, letter.brand, "address/confirm", letter.token)


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
        action=button(gettext("E-mailadres bevestigen"), link),
        afterwards=(
            gettext("De link werkt 1 uur en één keer."),
            gettext("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen. Er verandert dan niets."),
            never_ask(),
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
            never_ask(),
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
        afterwards=if_it_was_not_you(),
    )
