"""The two mails of a registration: confirm this address, or: this address has an account already.

Neither holds the person's name. Whoever registers chooses both name and address, so a name in the mail
would let strangers write to anybody in the insurer's name.
"""

from __future__ import annotations

from flask_babel import gettext

from broker.accounts.registration.ports import Letter
from broker.domain.accounts import AccountType
from broker.web.letters import Letterbox, Words, button, link_to, never_ask
from broker.web.portals import BrandView

CONFIRM_ADDRESS = "registration.confirm-address"
ADDRESS_IN_USE = "registration.address-in-use"


class RegistrationMails:
    """`broker.accounts.registration.ports.Letters`, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox, base_url: str) -> None:
        self._letterbox = letterbox
        self._base_url = base_url

    def write(self, letter: Letter) -> None:
        """Queue the mail, within the transaction at hand."""
        brand = self._letterbox.brand(letter.brand, AccountType.CONSUMER, letter.portal)
        place = self._letterbox.place(brand, letter.portal)
        if letter.token is None:
            purpose, words = ADDRESS_IN_USE, _in_use_words(brand, place)
        else:
            link = link_to(self._base_url, letter.brand, "activate", letter.token)
            purpose, words = CONFIRM_ADDRESS, _confirm_words(place, link)
        self._letterbox.post(brand, purpose, words, letter.to_ascii, letter.expires_at)


def _confirm_words(place: str, link: str) -> Words:
    return Words(
        subject=gettext("Bevestig uw e-mailadres voor %(portal)s", portal=place),
        title=gettext("Bevestig uw e-mailadres"),
        paragraphs=(
            gettext("U maakt een account voor %(portal)s. Bevestig dat dit uw e-mailadres is.", portal=place),
            gettext("Daarna is uw account klaar."),
        ),
        action=button(gettext("E-mailadres bevestigen"), link),
        afterwards=(
            gettext("De link werkt 24 uur en één keer."),
            gettext("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen. Er komt geen account."),
            never_ask(),
        ),
    )


def _in_use_words(brand: BrandView, place: str) -> Words:
    return Words(
        subject=gettext("Uw e-mailadres is al in gebruik bij %(brand)s", brand=brand.name),
        title=gettext("Er is al een account met dit e-mailadres"),
        paragraphs=(
            gettext(
                "Iemand wilde met dit e-mailadres een account maken voor %(portal)s. "
                "Dat kan niet, want er hoort al een account bij dit adres.",
                portal=place,
            ),
            gettext("Was u dit? Gebruik dan een ander e-mailadres, of neem contact met ons op."),
        ),
        action=None,
        afterwards=(
            gettext("Was u dit niet? Dan hoeft u niets te doen. Aan uw account is niets veranderd."),
            never_ask(),
        ),
    )
