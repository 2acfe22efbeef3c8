"""The mails around eHerkenning: a code that binds, that it was used, and what became of a request.

None holds a name or a link: the code is typed where somebody has just come by eHerkenning, nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from broker.accounts.binding.codes import shown
from broker.accounts.binding.ports import BoundLetter, CodeLetter
from broker.accounts.requesting.service import ApplicantLetter
from broker.notify.mail import Sender
from broker.notify.queue import MessageQueue
from broker.web.letters import Words, if_it_was_not_you, mail_of
from broker.web.portals import BrandView, Portals


class BindingMails:
    """`Letters` of both packages, in the brand's look and the language of the page."""

    def __init__(self, queue: MessageQueue, senders: Mapping[str, Sender], portals: Portals) -> None:
        self._queue = queue
        self._senders = senders
        self._portals = portals

    def write(self, letter: CodeLetter) -> None:
        """Queue the mail with a code, within the transaction at hand."""
        brand, sender = self._of(letter.brand)
        words = _code_words(self._place(letter.portal, brand), shown(letter.code))
        mail = mail_of(words, brand, sender, letter.to_ascii)
        self._queue.enqueue(letter.brand, "eherkenning-code", mail, expires_at=letter.expires_at)

    def tell_bound(self, letter: BoundLetter) -> None:
        """Queue the mail that a code was used, within the transaction at hand."""
        brand, sender = self._of(letter.brand)
        mail = mail_of(_bound_words(brand), brand, sender, letter.to_ascii)
        self._queue.enqueue(letter.brand, "eherkenning-bound", mail, expires_at=letter.expires_at)

    def confirm(self, letter: ApplicantLetter) -> None:
        """Queue the mail that a request came in, within the transaction at hand."""
        brand, sender = self._of(letter.brand)
        mail = mail_of(_received_words(self._place(letter.portal, brand)), brand, sender, letter.to_ascii)
        self._queue.enqueue(letter.brand, "account-request", mail, expires_at=letter.expires_at)

    def refuse(self, letter: ApplicantLetter) -> None:
        """Queue the mail that there will be no account, within the transaction at hand."""
        brand, sender = self._of(letter.brand)
        mail = mail_of(_refused_words(self._place(letter.portal, brand)), brand, sender, letter.to_ascii)
        self._queue.enqueue(letter.brand, "account-request", mail, expires_at=letter.expires_at)

    def _of(self, name: str) -> tuple[BrandView, Sender]:
        brand, sender = self._portals.brand(name), self._senders.get(name)
        if brand is None or sender is None:
            raise RuntimeError("a portal with eHerkenning has a brand that sends mail")
        return brand, sender

    def _place(self, portal: str | None, brand: BrandView) -> str:
        found = self._portals.get(portal or "")
        return found.name if found is not None else brand.name


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
