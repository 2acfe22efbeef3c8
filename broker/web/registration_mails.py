"""The two mails of a registration: confirm this address, or: this address has an account already.

Neither holds the person's name. Whoever registers chooses both name and address, so a name in the mail
would let strangers write to anybody in the insurer's name.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import gettext

from broker.accounts.registration.ports import Letter
from broker.notify.mail import Sender
from broker.notify.queue import MessageQueue
from broker.web.letters import Words, button, link_to, mail_of, never_ask
from broker.web.portals import Portals, PortalView

CONFIRM_ADDRESS = "registration.confirm-address"
ADDRESS_IN_USE = "registration.address-in-use"


class RegistrationMails:
    """`broker.accounts.registration.ports.Letters`, in the brand's look and the language of the page."""

    def __init__(
        self, queue: MessageQueue, senders: Mapping[str, Sender], portals: Portals, base_url: str
    ) -> None:
        self._queue = queue
        self._senders = senders
        self._portals = portals
        self._base_url = base_url

    def write(self, letter: Letter) -> None:
        """Queue the mail, within the transaction at hand."""
        portal = self._portals.get(letter.portal)
        sender = self._senders.get(letter.brand)
        if portal is None or sender is None:
            raise RuntimeError("a portal that lets people register has a brand that sends mail")
        words = _in_use_words(portal) if letter.token is None else self._confirm_words(letter, portal)
        mail = mail_of(words, portal.brand, sender, letter.to_ascii)
        purpose = ADDRESS_IN_USE if letter.token is None else CONFIRM_ADDRESS
        self._queue.enqueue(letter.brand, purpose, mail, expires_at=letter.expires_at)

    def _confirm_words(self, letter: Letter, portal: PortalView) -> Words:
        name, link = portal.name, link_to(self._base_url, letter.brand, "activate", letter.token)
        return Words(
            subject=gettext("Bevestig uw e-mailadres voor %(portal)s", portal=name),
            title=gettext("Bevestig uw e-mailadres"),
            paragraphs=(
                gettext(
                    "U maakt een account voor %(portal)s. Bevestig dat dit uw e-mailadres is.", portal=name
                ),
                gettext("Daarna is uw account klaar."),
            ),
            action=button(gettext("E-mailadres bevestigen"), link),
            afterwards=(
                gettext("De link werkt 24 uur en één keer."),
                gettext("Heeft u hier niet om gevraagd? Dan hoeft u niets te doen. Er komt geen account."),
                never_ask(),
            ),
        )


def _in_use_words(portal: PortalView) -> Words:
    name = portal.name
    return Words(
        subject=gettext("Uw e-mailadres is al in gebruik bij %(brand)s", brand=portal.brand.name),
        title=gettext("Er is al een account met dit e-mailadres"),
        paragraphs=(
            gettext(
                "Iemand wilde met dit e-mailadres een account maken voor %(portal)s. "
                "Dat kan niet, want er hoort al een account bij dit adres.",
                portal=name,
            ),
            gettext("Was u dit? Gebruik dan een ander e-mailadres, of neem contact met ons op."),
        ),
        action=None,
        afterwards=(
            gettext("Was u dit niet? Dan hoeft u niets te doen. Aan uw account is niets veranderd."),
            never_ask(),
        ),
    )
