"""The mails around choosing a password: the link, the word that there can be none, and what was changed.

None holds a name, and none but the first two a link, which leads to our own base URL (B4-13, B4-22).
"""

from __future__ import annotations

from typing import Final

from flask_babel import gettext

from broker.accounts.reset.ports import Letter, LetterKind
from broker.domain.accounts import AccountType
from broker.web.letters import Letterbox, Words, button, if_it_was_not_you, link_to, never_ask
from broker.web.portals import BrandView

PATHS: Final = {LetterKind.RESET: "reset/password", LetterKind.INVITATION: "activate/password"}
"""Behind the brand: where the link of each kind of mail leads."""


class PasswordMails:
    """`broker.accounts.reset.ports.Letters`, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox, base_url: str) -> None:
        self._letterbox = letterbox
        self._base_url = base_url

    def write(self, letter: Letter) -> None:
        """Queue the mail, within the transaction at hand; one for nobody costs what any other does."""
        brand = self._letterbox.brand(letter.brand, AccountType.BUSINESS, letter.portal)
        words = self._words(letter, brand)
        self._letterbox.post(brand, letter.kind.value, words, letter.to_ascii, letter.expires_at)

    def _words(self, letter: Letter, brand: BrandView) -> Words:
        match letter.kind:
            case LetterKind.RESET:
                return _reset_words(brand, self._link(letter))
            case LetterKind.INVITATION:
                return _invitation_words(self._letterbox.place(brand, letter.portal), self._link(letter))
            case LetterKind.NOT_USABLE:
                return _not_usable_words(brand)
            case LetterKind.CHANGED:
                return _changed_words(brand)
            case LetterKind.ACTIVATED:
                return _activated_words(self._letterbox.place(brand, letter.portal))

    def _link(self, letter: Letter) -> str:
        return link_to(self._base_url, letter.brand, PATHS[letter.kind], letter.token)


def _reset_words(brand: BrandView, link: str) -> Words:
    return Words(
        subject=gettext("Kies een nieuw wachtwoord voor %(brand)s", brand=brand.name),
        title=gettext("Kies een nieuw wachtwoord"),
        paragraphs=(
            gettext(
                "Iemand vroeg een nieuw wachtwoord aan voor uw account bij %(brand)s. "
                "Was u dat? Kies het dan hier.",
                brand=brand.name,
            ),
        ),
        action=button(gettext("Nieuw wachtwoord kiezen"), link),
        afterwards=(
            gettext("De link werkt 30 minuten en één keer. Logt u in, dan werkt hij niet meer."),
            gettext("Was u dit niet? Dan hoeft u niets te doen. Uw wachtwoord blijft zoals het is."),
            never_ask(),
        ),
    )


def _invitation_words(place: str, link: str) -> Words:
    return Words(
        subject=gettext("Activeer uw account voor %(portal)s", portal=place),
        title=gettext("Activeer uw account"),
        paragraphs=(
            gettext("Er is een account voor u gemaakt bij %(portal)s.", portal=place),
            gettext("Kies een wachtwoord. Daarna logt u in met dit e-mailadres en uw wachtwoord."),
        ),
        action=button(gettext("Wachtwoord kiezen"), link),
        afterwards=(
            gettext("De link werkt 7 dagen en één keer."),
            gettext("Verwacht u deze e-mail niet? Dan hoeft u niets te doen."),
            never_ask(),
        ),
    )


def _not_usable_words(brand: BrandView) -> Words:
    return Words(
        subject=gettext("Uw account bij %(brand)s kan nu niet gebruikt worden", brand=brand.name),
        title=gettext("Uw account kan nu niet gebruikt worden"),
        paragraphs=(
            gettext(
                "Iemand vroeg een nieuw wachtwoord aan voor uw account bij %(brand)s. "
                "Dat kan niet, want uw account is gesloten.",
                brand=brand.name,
            ),
            gettext("Wilt u weer inloggen? Neem dan contact met ons op."),
        ),
        action=None,
        afterwards=(
            gettext("Was u dit niet? Dan hoeft u niets te doen. Aan uw account is niets veranderd."),
            never_ask(),
        ),
    )


def _changed_words(brand: BrandView) -> Words:
    return Words(
        subject=gettext("Uw wachtwoord is gewijzigd") + f" – {brand.name}",
        title=gettext("Uw wachtwoord is gewijzigd"),
        paragraphs=(
            gettext(
                "Het wachtwoord van uw account bij %(brand)s is gewijzigd. "
                "Overal waar u nog was ingelogd, bent u nu uitgelogd.",
                brand=brand.name,
            ),
        ),
        action=None,
        afterwards=if_it_was_not_you(),
    )


def _activated_words(place: str) -> Words:
    return Words(
        subject=gettext("Uw account voor %(portal)s is actief", portal=place),
        title=gettext("Uw account is actief"),
        paragraphs=(
            gettext("U heeft een wachtwoord gekozen voor uw account bij %(portal)s.", portal=place),
            gettext("Voortaan logt u in met dit e-mailadres en uw wachtwoord."),
        ),
        action=None,
        afterwards=if_it_was_not_you(),
    )
