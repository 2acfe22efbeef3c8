"""The mail that tells somebody that their account was used on a device that is new to it.

It holds no link and no address of the device: whoever was not there calls the desk (B4-22).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from flask_babel import gettext

from broker.domain.accounts import Account
from broker.web.device_words import device_words
from broker.web.dutch_time import in_words
from broker.web.letters import Letterbox, Words, never_ask
from broker.web.portals import BrandView

NEW_DEVICE: Final = "account.new-device"
_WORTH_SENDING_FOR: Final = timedelta(days=3)


class DeviceMails:
    """`broker.web.devices.DeviceLetters`, in the brand's look and the language of the page."""

    def __init__(self, letterbox: Letterbox) -> None:
        self._letterbox = letterbox

    def new_device(self, account: Account, user_agent: str, at: datetime) -> None:
        """Queue the mail, within the transaction at hand; a brand that sends no mail tells nobody."""

        def words(brand: BrandView) -> Words:
            return _words(brand, user_agent, at)

        self._letterbox.tell_owner(account, NEW_DEVICE, words, at + _WORTH_SENDING_FOR)


def _words(brand: BrandView, user_agent: str, at: datetime) -> Words:
    moment = in_words(at, "d MMMM y HH:mm")
    title = gettext("Ingelogd op een nieuw apparaat")
    return Words(
        subject=f"{title} – {brand.name}",
        title=title,
        paragraphs=(
            gettext(
                "Iemand heeft ingelogd met uw account bij %(brand)s, op een apparaat of in een browser "
                "waarop dat niet eerder gebeurde.",
                brand=brand.name,
            ),
            gettext(
                "Het was %(moment)s uur (Nederlandse tijd), met %(device)s.",
                moment=moment,
                device=device_words(user_agent),
            ),
        ),
        action=None,
        afterwards=(
            gettext("Was u dit? Dan hoeft u niets te doen."),
            gettext(
                "Was u dit niet? Neem dan meteen contact met ons op. Iemand anders kan bij uw account zijn."
            ),
            never_ask(),
        ),
    )
