"""The insurer's own people: invited by a command, and in at the broker itself, with an authenticator app."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from broker.domain.accounts import AccountState, AccountType
from broker.domain.second_factors import FactorKind
from broker.wiring.repositories import account_repository
from tests.support.account_area import CONFIRM_CODE, notice
from tests.support.browser import Browser, Page
from tests.support.business import PASSWORD, ZAKELIJK, Colleague
from tests.support.deployment import Deployment
from tests.support.password_links import NEW_PASSWORD, Forgetful, use

pytestmark = pytest.mark.flow

EMAIL, NAME = "noor@cz.example", "Noor de Boer"
ENTRANCE, DETAILS = "Inloggen voor medewerkers van CZ", "Mijn persoonsgegevens"
FAILED = "Inloggen is niet gelukt"
CHOOSE = "Kies hoe u de verificatiecode wilt ontvangen"


@dataclass
class Member:
    """One of the staff of CZ, in one browser."""

    person: Forgetful
    browser: Browser
    secret: str = ""

    @property
    def colleague(self) -> Colleague:
        """The account and what belongs to it."""
        return self.person.colleague

    @property
    def page(self) -> Page:
        """What the browser shows."""
        return self.browser.page

    def at(self, path: str) -> Page:
        """A page of the broker."""
        return self.browser.open(f"{self.colleague.system.issuer}/cz/{path}")

    def type_password(self, password: str = NEW_PASSWORD) -> Page:
        """From the entrance through the login page."""
        self.at("staff")
        self.browser.press("Inloggen")
        return self.browser.press("Inloggen", email=self.colleague.account.email, password=password)

    def set_up_app(self) -> Page:
        """The three steps and the recovery codes."""
        self.browser.press("Code ontvangen via een app")
        found = self.page.soup.select_one(".secret-text")
        assert found is not None
        self.secret = found.get_text(strip=True).replace(" ", "")
        self.browser.press("Verder")
        self.browser.press(CONFIRM_CODE, code=self.colleague.app_code(secret=self.secret))
        return self.browser.press("Ik heb de codes bewaard")


def _invited(deployment: Deployment, email: str = EMAIL, *options: str) -> Member:
    told = deployment.account("invite-staff", "--brand", "cz", "--email", email, "--name", NAME, *options)
    assert told.returncode == 0, told.stderr
    business = deployment.business
    account = account_repository(business.system.stores).find_by_address("cz", email)
    assert account is not None
    assert told.stdout == f"Account {account.id} was made; a mail with a link is queued.\n"
    assert (account.type, account.state) == (AccountType.STAFF, AccountState.INVITED)
    browser = business.system.browser()
    colleague = Colleague(business.system, business.worker, ZAKELIJK, account, browser)
    return Member(Forgetful(business, colleague), browser)


def _inside(deployment: Deployment) -> Member:
    noor = _invited(deployment)
    use(noor.browser, noor.person.link())
    noor.type_password()
    noor.set_up_app()
    assert noor.page.heading == DETAILS
    return noor


def test_invited_member_of_staff_gets_in_from_mail_to_account(deployment: Deployment) -> None:
    """The mail, a password, the entrance, an app that is no choice, and their own account at the broker."""
    noor = _invited(deployment)
    page = use(noor.browser, noor.person.link())
    assert str(noor.person.mails()[0].mail["Subject"]) == "Activeer uw account voor CZ Medewerkers"
    (way_on,) = page.soup.select("main a.button")
    assert way_on["href"] == f"{deployment.system.issuer}/cz/staff"
    assert noor.browser.follow("Inloggen bij CZ Medewerkers").heading == ENTRANCE
    story = deployment.system.story()
    assert noor.type_password().heading == CHOOSE
    assert "sms" not in noor.page.text
    noor.set_up_app()
    assert (noor.page.heading, noor.colleague.kinds) == (DETAILS, [FactorKind.TOTP])
    kinds = story.kinds()
    assert (kinds[0], kinds[-1]) == ("login.started", "login.granted")
    granted = story.events()[-1]
    assert (granted.client_id, granted.detail["level"]) == ("cz:staff", "totp")
    assert "U bent ingelogd als Noor de Boer" in noor.page.text


def test_account_area_is_whole_for_staff(deployment: Deployment) -> None:
    """Every item of the menu answers, names the entrance where it names a portal, and logging out works."""
    noor = _inside(deployment)
    menu = [str(link["href"]) for link in noor.page.soup.select("nav a") if "/account/" in str(link["href"])]
    assert len(menu) == 8
    for address in menu:
        assert noor.browser.open(f"{deployment.system.issuer}{address}").status == 200
    assert "CZ Medewerkers" in noor.at("account/sessions").text
    assert "Ingelogd bij CZ Medewerkers" in noor.at("account/log").text
    assert "Verwijderen" not in noor.at("account/factors").text
    assert noor.browser.follow("Terug naar CZ Medewerkers").heading == ENTRANCE
    assert noor.browser.follow("Naar uw gegevens").heading == DETAILS
    noor.browser.follow("Uitloggen")
    noor.browser.press("Uitloggen")
    assert noor.at("account/").status == 403
    assert noor.browser.follow("Werkt u bij CZ? Log dan hier in").heading == ENTRANCE


def test_staff_and_people_of_organisations_stay_apart(deployment: Deployment) -> None:
    """Neither gets in where the other does, with the words of a wrong password; no session serves both."""
    noor = _inside(deployment)
    at_portal = noor.colleague
    at_portal.arrive()
    assert not at_portal.is_in
    at_portal.browser.press("Inloggen", email=EMAIL, password=NEW_PASSWORD)
    assert not at_portal.is_in
    assert notice(at_portal.page) == FAILED
    bea = deployment.business.colleague(ZAKELIJK).with_app()
    other = Member(Forgetful(deployment.business, bea), bea.browser)
    other.type_password(PASSWORD)
    assert notice(other.page) == FAILED
    assert other.at("account/").status == 403


def test_new_password_leads_staff_back_to_their_entrance(deployment: Deployment) -> None:
    """Wherever the link was asked for: a portal would not let them in."""
    noor = _inside(deployment)
    noor.colleague.arrive()
    noor.browser.follow("Wachtwoord vergeten?")
    noor.browser.press("Stuur mij een e-mail", email=EMAIL)
    page = use(noor.browser, noor.person.link(), "vijf blauwe zeehonden")
    assert [link["href"] for link in page.soup.select("main a.button")] == [
        f"{deployment.system.issuer}/cz/staff"
    ]
    deployment.business.pass_time()
    noor.type_password("vijf blauwe zeehonden")
    noor.browser.press(CONFIRM_CODE, code=noor.colleague.app_code(secret=noor.secret))
    assert noor.page.heading == DETAILS


def test_turning_back_leads_to_the_entrance(deployment: Deployment) -> None:
    """There is no portal to go back to; the refusal is written down."""
    noor = _invited(deployment)
    noor.at("staff")
    noor.browser.press("Inloggen")
    story = deployment.system.story()
    assert noor.browser.press("Terug naar CZ Medewerkers").heading == ENTRANCE
    (refused,) = story.events()
    assert (refused.kind, refused.client_id) == ("login.refused", "cz:staff")


def test_entrance_begins_nothing_for_a_form_that_is_not_ours(deployment: Deployment) -> None:
    """B4-18; and a look begins nothing either."""
    browser, address = deployment.system.browser(), f"{deployment.system.issuer}/cz/staff"
    story = deployment.system.story()
    browser.open(address)
    assert browser.post_here(address, {"csrf_token": "0" * 64}).status == 403
    assert story.kinds() == ["request.forged"]


def test_nobody_asks_for_the_entrance_from_outside(deployment: Deployment) -> None:
    """It is no client: no request can name it, so no code is ever given for a session of staff."""
    browser = deployment.system.browser()
    address = f"{deployment.system.issuer}/cz/account/"
    portal = deployment.business.colleague(ZAKELIJK).portal
    page = browser.open(portal.begin(client_id="cz:staff", redirect_uri=address).url)
    assert (page.status, page.heading) == (400, "De link naar deze inlogpagina klopt niet")


def test_brand_without_staff_has_no_entrance(deployment: Deployment) -> None:
    """No page, and the command says which section is missing; an address has one owner."""
    system = deployment.system
    assert system.browser().open(f"{system.issuer}/zz/staff").status == 404
    person = ("--name", NAME, "--email", EMAIL)
    refused = deployment.account("invite-staff", "--brand", "zz", *person)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("--brand: brands/zz.toml has no [staff]")
    bea = deployment.business.colleague(ZAKELIJK, state=AccountState.INVITED, with_password=False)
    taken = ("--brand", "cz", "--name", NAME, "--email", bea.account.email)
    assert deployment.account("invite-staff", *taken).stderr.startswith("--email: ")
    _invited(deployment)
    assert "was invited again" in deployment.account("invite-staff", "--brand", "cz", *person).stdout
    assert deployment.account("invite", "--brand", "cz", *person).stderr.startswith("--email: ")


def test_english_member_of_staff_reads_english(deployment: Deployment) -> None:
    """From the mail to the page inside."""
    noor = _invited(deployment, EMAIL, "--language", "en")
    assert str(noor.person.mails()[0].mail["Subject"]) == "Activate your account for CZ Medewerkers"
    assert noor.at("staff?lang=en").heading == "Log in as staff of CZ"
