"""Links with which people choose a password: asked for, mailed, followed, used."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from broker.domain.accounts import Account
from tests.support.browser import Browser, Page
from tests.support.business import Business, Colleague
from tests.support.mailbox import Received

NEW_PASSWORD = "paard gieter maan zes"
ASK, SAVE = "Stuur mij een e-mail", "Wachtwoord opslaan"
_LINK = re.compile(r"https?://[^\s<>\"]+")
_FREE_OF_ASKING = 3700


def fresh(business: Business) -> Business:
    """The same business some time later, when nobody has asked too often."""
    business.pass_time(_FREE_OF_ASKING)
    return business


@dataclass
class Forgetful:
    """Somebody who forgot a password, or has none yet."""

    business: Business
    colleague: Colleague

    @property
    def account(self) -> Account:
        """Whose password it is."""
        return self.colleague.account

    def ask(self, browser: Browser | None = None, email: str | None = None) -> Page:
        """Ask for a link on the page that needs nothing."""
        visitor = browser or self.business.system.browser()
        visitor.open(f"{self.business.system.issuer}/{self.account.brand}/reset")
        return visitor.press(ASK, email=email or self.account.email)

    def mails(self) -> list[Received]:
        """What has come for this person after one round of the worker, oldest first."""
        worker = self.business.worker
        worker.delivery.run()
        return [mail for mail in worker.mailbox.received if mail.recipient == self.account.email]

    def link(self) -> str:
        """That of the newest mail, which has the same one in both its forms."""
        mail = self.mails()[-1]
        in_text, in_html = (set(_LINK.findall(unescape(mail.body(kind)))) for kind in ("plain", "html"))
        assert in_text == in_html
        (link,) = in_text
        return str(link)

    def asked_link(self) -> str:
        """Ask, and get the mail."""
        self.ask()
        return self.link()


def token_of(link: str) -> str:
    """The secret in a link."""
    return parse_qs(urlsplit(link).query)["link"][0]


def use(browser: Browser, link: str, password: str = NEW_PASSWORD) -> Page:
    """Follow the link from a mail program and choose a password."""
    browser.follow_link_from_elsewhere(link)
    return browser.press(SAVE, password=password)
