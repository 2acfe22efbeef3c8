"""Whom people are told to call: employers read the desk of their portal on pages, refusals and mails."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.support.browser import Page
from tests.support.business import Business, Colleague

pytestmark = pytest.mark.flow

OURS, OF_THE_BRAND = "CZ Bedrijvendesk", "CZ Klantenservice"


@dataclass
class Employer:
    """Somebody at the business portal of a brand whose other portal is for the insured."""

    business: Business
    colleague: Colleague

    def mail(self) -> str:
        """The newest mail to this person, in plain text."""
        self.business.worker.delivery.run()
        received = self.business.worker.mailbox.received
        return [mail for mail in received if mail.recipient == self.colleague.account.email][-1].body("plain")


@pytest.fixture
def employer(business: Business) -> Employer:
    """Somebody new."""
    return Employer(business, business.colleague().with_app())


def footer(page: Page) -> str:
    """What stands at the foot of the page."""
    found = page.soup.select_one("footer")
    return found.get_text(" ", strip=True) if found else ""


def test_login_reset_and_account_pages_name_the_desk_of_the_portal(employer: Employer) -> None:
    """From the login page on, with its hours, telephone and mail; in the account area too."""
    colleague = employer.colleague
    for page in (
        colleague.arrive(),
        colleague.browser.follow("Wachtwoord vergeten?"),
        colleague.elsewhere().browser.open(f"{employer.business.system.issuer}/cz/reset"),
        colleague.log_in(),
    ):
        assert f"{OURS} helpt u graag. Op werkdagen van 8.30 tot 17.30 uur." in footer(page)
        assert "088 000 00 02 bedrijvendesk@cz.example" in footer(page)
    colleague.browser.press("Code bevestigen", code=colleague.app_code())
    assert colleague.is_in
    assert OURS in footer(colleague.browser.open(f"{employer.business.system.issuer}/cz/account/"))


def test_dead_end_of_a_portal_names_its_desk_and_one_of_the_brand_the_brands(employer: Employer) -> None:
    """A page that is of no single portal does not guess."""
    colleague = employer.colleague
    page = colleague.elsewhere().browser.open(f"{employer.business.system.issuer}/cz/onzin")
    assert OF_THE_BRAND in footer(page)
    page = colleague.browser.open(f"{employer.business.system.issuer}/cz/reset/password?link=onzin")
    assert (page.status, page.heading) == (404, "Deze link klopt niet")
    assert OURS in footer(page)


def test_mails_name_the_desk_of_those_whom_they_are_for(employer: Employer) -> None:
    """A link that was asked for without a portal, and what it changed."""
    browser = employer.business.system.browser()
    browser.open(f"{employer.business.system.issuer}/cz/reset")
    browser.press("Stuur mij een e-mail", email=employer.colleague.account.email)
    mail = employer.mail()
    assert f"{OURS}\n088 000 00 02\nOp werkdagen van 8.30 tot 17.30 uur." in "\n".join(mail.splitlines())
    assert OF_THE_BRAND not in mail
