"""The mail that tells somebody that the second step of their account has changed.

It holds no link, no code and no number: whoever did not do this calls the desk, and nobody learns from it
where codes go now (B4-22).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask_babel import gettext

from broker.domain.accounts import AccountId
from broker.domain.clock import Clock
from broker.domain.second_factors import FactorKind
from broker.storage.accounts import AccountRepository
from broker.web.letters import Letterbox, Words, never_ask
from broker.web.portals import BrandView

FACTOR_ADDED: Final = "second-factor.added"
_WORTH_SENDING_FOR: Final = timedelta(days=3)


class SecondFactorMails:
    """`broker.mfa.ports.FactorLetters`, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox, accounts: AccountRepository, clock: Clock) -> None:
        self._letterbox = letterbox
        self._accounts = accounts
        self._clock = clock

    def factor_added(self, account_id: AccountId, kind: FactorKind, *, replaces: bool) -> None:
        """Queue the mail, within the transaction at hand; a brand that sends no mail tells nobody."""
        account = self._accounts.get(account_id)
        if account is None:
            return

        def words(brand: BrandView) -> Words:
            return _added_words(brand, kind, replaces=replaces)

        self._letterbox.tell_owner(account, FACTOR_ADDED, words, self._clock() + _WORTH_SENDING_FOR)


def _added_words(brand: BrandView, kind: FactorKind, *, replaces: bool) -> Words:
    what = {
        FactorKind.TOTP: gettext("een app die codes maakt"),
        FactorKind.SMS: gettext("een code per sms"),
        FactorKind.VOICE: gettext("een code die u hoort in een telefoongesprek"),
    }[kind]
    name = brand.name
    if replaces:
        title = gettext("Uw tweestapsverificatie is gewijzigd")
        told = gettext("Bij uw account van %(brand)s hoort een nieuwe tweede stap", brand=name)
    else:
        title = gettext("Uw tweestapsverificatie staat aan")
        told = gettext("Bij uw account van %(brand)s hoort nu een tweede stap", brand=name)
    return Words(
        subject=f"{title} – {name}",
        title=title,
        paragraphs=(
            f"{told}: {what}.",
            gettext("Na uw wachtwoord vragen wij bij het inloggen om een verificatiecode."),
        ),
        action=None,
        afterwards=(
            gettext("Heeft u dit zelf gedaan? Dan hoeft u niets te doen."),
            gettext(
                "Was u dit niet? Neem dan meteen contact met ons op. Iemand anders kan uw wachtwoord kennen."
            ),
            never_ask(),
        ),
    )
