"""The mails around eHerkenning: a code that binds, that it was used, and what became of a request.

None holds a name or a link: the code is typed where somebody has just come by eHerkenning, nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext

from broker.accounts.binding.codes import shown
from broker.accounts.binding.ports import BoundLetter, CodeLetter
from broker.accounts.requesting.service import ApplicantLetter
from broker.domain.accounts import AccountType
from broker.web.letters import Letterbox, Words, if_it_was_not_you
from broker.web.portals import BrandView


class BindingMails:
    """`Letters` of both packages, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox

    def write(self, letter: CodeLetter) -> None:
        """Queue the mail with a code, within the transaction at hand."""
        brand = self._letterbox.brand(letter.brand, AccountType.BUSINESS, letter.portal)
        words = _code_words(self._letterbox.place(brand, letter.portal), shown(letter.code))
        self._letterbox.post(brand, "eherkenning-code", words, letter.to_ascii, letter.expires_at)

    def tell_bound(self, letter: BoundLetter) -> None:
        """Queue the mail that a code was used, within the transaction at hand."""
        brand = self._letterbox.brand(letter.brand, AccountType.BUSINESS)
        words = _bound_words(brand)
        self._letterbox.post(brand, "eherkenning-bound", words, letter.to_ascii, letter.expires_at)

    def confirm(self, letter: ApplicantLetter) -> None:
        """Queue the mail that a request came in, within the transaction at hand."""
        self._tell_applicant(letter, _received_words)

    def refuse(self, letter: ApplicantLetter) -> None:
        """Queue the mail that there will be no account, within the transaction at hand."""
        self._tell_applicant(letter, _refused_words)

    def _tell_applicant(self, letter: ApplicantLetter, words: Callable[[str], Words]) -> None:
        brand = self._letterbox.brand(letter.brand, AccountType.BUSINESS, letter.portal)
        place = self._letterbox.place(brand, letter.portal)
        self._letterbox.post(brand, "account-request", words(place), letter.to_ascii, letter.expires_at)


def _code_words(place: str, code: str) -> Words:
    return Words(
        subject=gettext("Uw activatiecode voor %(portal)s", portal=place),
        title=gettext("Uw activatiecode"),
        paragraphs=(
            gettext(
                "Er is een account voor u bij %(portal)s. Deze code koppelt uw eHerkenning aan dat account:",
                portal=place,
            ),
            code,
            gettext(
                "Ga naar %(portal)s en log in met eHerkenning. Daarna vragen wij om deze code.", portal=place
            ),
        ),
        action=None,
        afterwards=(
            gettext("De code werkt 14 dagen en één keer. Een oudere code werkt niet meer."),
            gettext("Geef de code aan niemand anders. Wij vragen er nooit om per e-mail of telefoon."),
        ),
    )


def _bound_words(brand: BrandView) -> Words:
    return Words(
        subject=gettext("eHerkenning is gekoppeld aan uw account – %(brand)s", brand=brand.name),
        title=gettext("eHerkenning is gekoppeld aan uw account"),
        paragraphs=(
            gettext(
                "Iemand vulde de code in die wij u mailden. Bij uw account van %(brand)s kunt u nu met "
                "eHerkenning inloggen.",
                brand=brand.name,
            ),
        ),
        action=None,
        afterwards=if_it_was_not_you(),
    )


def _received_words(place: str) -> Words:
    return Words(
        subject=gettext("Uw aanvraag voor een account bij %(portal)s", portal=place),
        title=gettext("Wij hebben uw aanvraag ontvangen"),
        paragraphs=(
            gettext("U heeft een account aangevraagd bij %(portal)s.", portal=place),
            gettext("Wij kijken uw aanvraag na. U krijgt daarna een e-mail."),
        ),
        action=None,
        afterwards=(gettext("Was u dit niet? Neem dan contact met ons op."),),
    )


def _refused_words(place: str) -> Words:
    return Words(
        subject=gettext("Uw aanvraag voor een account bij %(portal)s", portal=place),
        title=gettext("U krijgt geen account"),
        paragraphs=(
            gettext(
                "U vroeg een account aan bij %(portal)s. Wij kunnen u dat account niet geven.", portal=place
            ),
            gettext("Wilt u weten waarom? Neem dan contact met ons op."),
        ),
        action=None,
        afterwards=(gettext("Wat u bij de aanvraag invulde, hebben wij verwijderd."),),
    )
