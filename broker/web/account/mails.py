"""The mails that tell somebody what changed about the way they log in (ASVS 6.3.7).

They hold no link, no code and no number: whoever did not do this calls the desk (B4-22).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString

from broker.domain.accounts import Account
from broker.domain.clock import Clock
from broker.web.letters import Letterbox, Words, never_ask
from broker.web.portals import BrandView

_WORTH_SENDING_FOR: Final = timedelta(days=3)


class Change(StrEnum):
    """What changed; the value is the purpose of the message in log and audit."""

    PASSWORD = "account.password-changed"  # noqa: S105 - the name of a mail.
    FACTOR_REMOVED = "account.second-factor-removed"
    ERASED = "account.erased"
    FACTORS_RESET = "account.second-factors-reset"
    RECOVERY_CODES = "account.recovery-codes-replaced"


_WORDS: Final[Mapping[Change, tuple[LazyString, LazyString]]] = {
    Change.PASSWORD: (
        lazy_gettext("Uw wachtwoord is gewijzigd"),
        lazy_gettext(
            "Het wachtwoord van uw account bij %(brand)s is gewijzigd. "
            "Overal waar u nog was ingelogd, bent u nu uitgelogd."
        ),
    ),
    Change.FACTOR_REMOVED: (
        lazy_gettext("Uw tweestapsverificatie is gewijzigd"),
        lazy_gettext("Bij uw account van %(brand)s is een manier van tweestapsverificatie verwijderd."),
    ),
    Change.ERASED: (
        lazy_gettext("Uw account is verwijderd"),
        lazy_gettext(
            "Uw account bij %(brand)s is verwijderd, met alles wat erin stond. "
            "U kunt er niet meer mee inloggen."
        ),
    ),
    Change.FACTORS_RESET: (
        lazy_gettext("Uw tweestapsverificatie is gereset"),
        lazy_gettext(
            "Bij uw account van %(brand)s zijn alle manieren van tweestapsverificatie verwijderd, ook uw "
            "herstelcodes. Overal waar u nog was ingelogd, bent u nu uitgelogd. Na uw wachtwoord kunt u "
            "opnieuw een manier instellen."
        ),
    ),
    Change.RECOVERY_CODES: (
        lazy_gettext("U heeft nieuwe herstelcodes"),
        lazy_gettext(
            "Voor uw account bij %(brand)s zijn nieuwe herstelcodes gemaakt. De oude werken niet meer."
        ),
    ),
}


class ChangeMails:
    """Queues them, within the transaction at hand; a brand that sends no mail tells nobody."""

    def __init__(self, letterbox: Letterbox, clock: Clock) -> None:
        self._letterbox = letterbox
        self._clock = clock

    def can_tell(self, brand: str) -> bool:
        """Whether the brand sends mail."""
        return self._letterbox.is_of(brand)

    def tell(self, account: Account, change: Change) -> None:
        """Tell the account's owner."""

        def words(brand: BrandView) -> Words:
            return _words(brand, change)

        self._letterbox.tell_owner(account, change.value, words, self._clock() + _WORTH_SENDING_FOR)


def _words(brand: BrandView, change: Change) -> Words:
    title, told = _WORDS[change]
    return Words(
        subject=f"{title} – {brand.name}",
        title=str(title),
        paragraphs=(str(told) % {"brand": brand.name},),
        action=None,
        afterwards=(
            gettext("Heeft u dit zelf gedaan of gevraagd? Dan hoeft u niets te doen."),
            gettext(
                "Was u dit niet? Neem dan meteen contact met ons op. Iemand anders kan bij uw account zijn."
            ),
            never_ask(),
        ),
    )
