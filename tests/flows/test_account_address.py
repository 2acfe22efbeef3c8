"""Another e-mail address: asked for in the account area, confirmed by the link in a mail to it."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from html import unescape

import pytest

from broker.domain.accounts import Account, AccountState
from broker.domain.bsn import Bsn
from broker.wiring.repositories import account_repository
from tests.support.account_area import at, inside, notice
from tests.support.browser import Browser, Page
from tests.support.business import IZA, PASSWORD, Business, Colleague
from tests.support.mailbox import Received, running_post
from tests.support.password_links import Forgetful, fresh, token_of
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow

FORM, DETAILS, PROOF = "E-mailadres wijzigen", "Mijn persoonsgegevens", "Bevestig dat u het bent"
LOOK, DONE = "Bevestig uw nieuwe e-mailadres", "Uw e-mailadres is gewijzigd"
ASK, CONFIRM = "Stuur mij een e-mail", "Bevestigen"
ASKED = "Controleer de e-mail op uw nieuwe adres"
_SIX_MINUTES = 6 * 60
_LINK = re.compile(r"https?://[^\s<>\"]+/address/confirm[^\s<>\"]+")
AT_ONCE = 20


@dataclass
class Mover:
    """Somebody at IZA with another address."""

    business: Business
    colleague: Colleague

    @property
    def new(self) -> str:
        """The address that they want."""
        return f"nieuw.{self.colleague.account.email}"

    @property
    def now(self) -> Account:
        """The account as it is kept."""
        found = account_repository(self.business.system.stores).get(self.colleague.account.id)
        assert found is not None
        return found

    def ask(self, email: str | None = None) -> Page:
        """From `Mijn persoonsgegevens` to the form, and send it."""
        at(self.colleague)
        self.colleague.browser.follow("Wijzigen")
        return self.colleague.browser.press(ASK, email=email or self.new)

    def mails_to(self, address: str) -> list[Received]:
        """After one round of the worker."""
        worker = self.business.worker
        worker.delivery.run()
        return [mail for mail in worker.mailbox.received if mail.recipient == address]

    def link(self, address: str | None = None) -> str:
        """That of the newest mail to an address."""
        mail = self.mails_to(address or self.new)[-1]
        (link,) = set(_LINK.findall(unescape(mail.body("plain"))))
        return str(link)

    def asked_link(self) -> str:
        """Ask, and get the mail."""
        assert notice(self.ask()) == ASKED
        return self.link()

    def use(self, link: str, browser: Browser | None = None) -> Page:
        """Follow the link from a mail program, in another browser if none is named, and confirm."""
        visitor = browser or self.business.system.browser()
        visitor.follow_link_from_elsewhere(link)
        return visitor.press(CONFIRM)


@pytest.fixture
def bea(business: Business) -> Mover:
    """Inside, with a fresh proof."""
    return Mover(business, inside(fresh(business).colleague(IZA)))


def _answer(page: Page, mover: Mover) -> str:
    """What a page shows, without what belongs to the session and the moment."""
    content = page.soup.select_one("main .panel")
    assert content is not None
    return str(content).replace(mover.colleague.account.email, "")


def test_new_address_is_the_user_name_from_then_on(bea: Mover) -> None:
    """Asked, mailed to the new address, looked at, confirmed in another browser; the old one hears of it."""
    old, system = bea.colleague.account.email, bea.business.system
    story = system.story()
    page = bea.ask()
    assert (page.heading, notice(page)) == (DETAILS, ASKED)
    link, other = bea.link(), system.browser()
    page = other.follow_link_from_elsewhere(link)
    assert (page.status, page.heading) == (200, LOOK)
    assert bea.new in page.text
    assert bea.now.email == old
    page = other.press(CONFIRM)
    assert (page.status, page.heading) == (200, DONE)
    assert bea.now == replace(bea.colleague.account, email=bea.new)
    told = [kind for kind in story.kinds() if not kind.startswith("message.")]
    assert told == ["account.address-change-asked", "account.address-changed"]
    visitor = bea.colleague.elsewhere()
    visitor.arrive()
    visitor.browser.press("Inloggen", email=old, password=PASSWORD)
    assert not visitor.is_in
    visitor.browser.press("Inloggen", email=bea.new, password=PASSWORD)
    assert visitor.is_in


def test_old_address_is_told_without_a_link_and_with_the_desk(bea: Mover) -> None:
    """B4-10, B4-22: whoever did not do this calls."""
    old = bea.colleague.account.email
    bea.use(bea.asked_link())
    mail = bea.mails_to(old)[-1]
    assert str(mail.mail["Subject"]) == "Uw e-mailadres is gewijzigd – IZA"
    desk = bea.business.system.settings.brands["iza"].desk
    for kind in ("plain", "html"):
        body = mail.body(kind)
        assert "link=" not in body
        assert bea.new not in body
        assert desk.phone in body


def test_address_in_use_gets_the_same_answer_and_its_owner_a_mail(bea: Mover) -> None:
    """Nothing on the page, in the log or in the export tells; the owner's mail has no link."""
    owner = bea.business.colleague(IZA).account
    free = _answer(bea.ask(), bea)
    page = bea.ask(owner.email.upper().replace("BEDRIJF.EXAMPLE", "bedrijf.example"))
    assert (page.status, _answer(page, bea)) == (200, free)
    (mail,) = bea.mails_to(owner.email)
    assert str(mail.mail["Subject"]) == "Uw e-mailadres is al in gebruik bij IZA"
    assert "link=" not in mail.body("plain") + mail.body("html")
    at(bea.colleague, "export")
    told = bea.colleague.browser.press("Download uw gegevens").html
    assert told.count("account.address-change-asked") == 2
    assert "wanted" not in told
    assert owner.id not in told
    # The wish that leads nowhere took the place of the one before, as any other would.
    assert bea.business.system.browser().follow_link_from_elsewhere(bea.link()).status == 410


def test_owner_reads_that_somebody_wanted_the_address(bea: Mover) -> None:
    """In the log of the account that has it."""
    owner = inside(bea.business.colleague(IZA))
    bea.ask(owner.account.email)
    assert "Iemand wilde uw e-mailadres gebruiken voor een ander account" in at(owner, "log").text


def test_address_that_is_taken_meanwhile_is_refused_at_the_link(bea: Mover) -> None:
    """The unique index decides; the account keeps the address that it has, as user name too."""
    link, system = bea.asked_link(), bea.business.system
    rival = Mover(bea.business, inside(bea.business.colleague(IZA)))
    rival.ask(bea.new)
    rival.use(rival.link(bea.new))
    page = bea.use(link)
    assert (page.status, page.heading) == (410, "Dit e-mailadres hoort al bij een ander account")
    accounts, old = account_repository(system.stores), bea.colleague.account.email
    assert bea.now.email == old
    found = accounts.find_by_address("iza", old)
    assert found is not None
    assert found.id == bea.now.id


def test_looking_changes_nothing_and_the_link_works_once(bea: Mover) -> None:
    """B4-14: mail scanners look as often as they like; a second use is told that all is well."""
    link, system = bea.asked_link(), bea.business.system
    for _ in range(3):
        assert system.browser().follow_link_from_elsewhere(link).heading == LOOK
    second = system.browser()
    second.follow_link_from_elsewhere(link)
    assert bea.use(link).heading == DONE
    page = second.press(CONFIRM)
    assert (page.status, page.heading, page.support_code) == (410, "Deze link is al gebruikt", None)
    assert second.follow_link_from_elsewhere(link).status == 410


def test_newer_wish_kills_the_older_link(bea: Mover) -> None:
    """One account, one good link."""
    first = bea.asked_link()
    bea.ask(f"weer.{bea.new}")
    page = bea.business.system.browser().follow_link_from_elsewhere(first)
    assert (page.status, page.heading) == (410, "Deze link werkt niet meer")
    assert bea.use(bea.link(f"weer.{bea.new}")).heading == DONE
    assert bea.now.email == f"weer.{bea.new}"


def test_link_is_good_for_an_hour(bea: Mover) -> None:
    """And tells that it is too old after that."""
    link, browser = bea.asked_link(), bea.business.system.browser()
    bea.business.pass_time(3600 - 60)
    assert browser.follow_link_from_elsewhere(link).heading == LOOK
    bea.business.pass_time(120)
    assert browser.press(CONFIRM).status == 410
    page = browser.follow_link_from_elsewhere(link)
    assert (page.status, page.heading) == (410, "Deze link is verlopen")


def test_link_that_was_tampered_with_or_is_for_another_brand_is_explained(bea: Mover) -> None:
    """B4-14: guessing leads to a page, and nowhere else."""
    link = bea.asked_link()
    for spoiled in (link[:-9], link.replace("link=", "link=AA"), link.replace("/iza/", "/cz/")):
        page = bea.business.system.browser().follow_link_from_elsewhere(spoiled)
        assert (page.status, page.heading) == (404, "Deze link klopt niet")


def test_of_twenty_posts_at_once_one_wins(bea: Mover) -> None:
    """One use: the trace in SQL decides, and there is one event and one mail."""
    link, system, old = bea.asked_link(), bea.business.system, bea.colleague.account.email
    browsers = [system.browser() for _ in range(AT_ONCE)]
    for browser in browsers:
        browser.follow_link_from_elsewhere(link)
    story, start = system.story(), threading.Barrier(AT_ONCE)

    def contend(browser: Browser) -> int:
        start.wait()
        return browser.press(CONFIRM).status

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = sorted(pool.map(contend, browsers))
    assert answers == [200] + [410] * (AT_ONCE - 1)
    assert story.kinds().count("account.address-changed") == 1
    assert len(bea.mails_to(old)) == 1


def test_two_accounts_that_confirm_one_address_at_once(bea: Mover) -> None:
    """B4-16: one owner, whatever the order; the other keeps its own."""
    rival = Mover(bea.business, inside(bea.business.colleague(IZA)))
    wanted, movers, system = bea.new, (bea, rival), bea.business.system
    links = []
    for mover in movers:
        mover.ask(wanted)
        links.append(mover.link(wanted))
    browsers = [system.browser() for _ in links]
    for browser, link in zip(browsers, links, strict=True):
        browser.follow_link_from_elsewhere(link)
    start = threading.Barrier(len(links))

    def contend(browser: Browser) -> int:
        start.wait()
        return browser.press(CONFIRM).status

    with ThreadPoolExecutor(len(links)) as pool:
        assert sorted(pool.map(contend, browsers)) == [200, 410]
    assert sorted(mover.now.email == wanted for mover in movers) == [False, True]
    accounts = account_repository(system.stores)
    for mover in movers:
        found = accounts.find_by_address("iza", mover.now.email)
        assert found is not None
        assert found.id == mover.now.id


def test_other_sessions_end_and_the_one_that_asked_goes_on(bea: Mover) -> None:
    """Whoever else was inside has to log in anew, with the new address."""
    other = inside(bea.colleague.elsewhere())
    link = bea.asked_link()
    assert at(other).status == 200
    bea.use(link)
    assert at(other).status == 403
    assert bea.new in at(bea.colleague).text


def test_link_for_a_password_in_the_old_mailbox_dies(bea: Mover) -> None:
    """Also when it is opened already."""
    forgetful = Forgetful(bea.business, bea.colleague)
    reset, change = forgetful.asked_link(), bea.asked_link()
    browser = bea.business.system.browser()
    assert browser.follow_link_from_elsewhere(reset).status == 200
    bea.use(change)
    assert browser.press("Wachtwoord opslaan", password="vier zwarte paarden los").status == 410
    assert browser.follow_link_from_elsewhere(reset).status == 410


def test_new_password_kills_the_link(bea: Mover) -> None:
    """An owner who throws somebody out by a new password keeps the address."""
    link = bea.asked_link()
    bea.business.pass_time()
    at(bea.colleague, "password")
    bea.colleague.browser.press("Wachtwoord wijzigen", current=PASSWORD, password="zeven paarse krokodillen")
    assert bea.business.system.browser().follow_link_from_elsewhere(link).status == 410
    assert bea.now.email == bea.colleague.account.email


def test_link_of_an_account_that_was_closed_does_nothing(bea: Mover) -> None:
    """Between look and use an operator closes it."""
    link, browser = bea.asked_link(), bea.business.system.browser()
    browser.follow_link_from_elsewhere(link)
    account_repository(bea.business.system.stores).set_state(bea.now.id, AccountState.DISABLED)
    assert browser.press(CONFIRM).status == 410
    assert bea.now.email == bea.colleague.account.email


def test_change_after_five_minutes_asks_for_a_proof_first(bea: Mover) -> None:
    """A32: neither the page nor a form made before it; who stops goes back to where it began."""
    colleague, story = bea.colleague, bea.business.system.story()
    at(colleague, "address")
    bea.business.pass_time(_SIX_MINUTES)
    assert colleague.browser.press(ASK, email=bea.new).heading == PROOF
    assert at(colleague, "address").heading == PROOF
    assert story.kinds() == []
    assert bea.mails_to(bea.new) == []
    assert colleague.browser.follow("Terug naar uw instellingen").heading == DETAILS
    at(colleague, "address")
    assert colleague.browser.press("Verder", password=PASSWORD).heading == FORM
    assert notice(colleague.browser.press(ASK, email=bea.new)) == ASKED


def test_proof_of_another_account_is_none(bea: Mover) -> None:
    """A76: what somebody else proved, and the token of their page, are worth nothing here."""
    other = inside(bea.business.colleague(IZA))
    bea.business.pass_time(_SIX_MINUTES)
    at(other, "address")
    other.browser.press("Verder", password=PASSWORD)
    token = other.page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    fields = {"csrf_token": str(token["value"]), "email": bea.new}
    url = f"{bea.business.system.issuer}/iza/account/address"
    assert bea.colleague.browser.post_here(url, fields).status == 403
    assert at(bea.colleague, "address").heading == PROOF
    # Their password does not prove who is here either.
    kept = bea.colleague.browser.press("Verder", password=f"{PASSWORD} van een ander")
    assert kept.status == 422
    assert bea.mails_to(bea.new) == []


def test_half_a_login_asks_for_nothing(business: Business) -> None:
    """B4-12: the password was right, the code is asked."""
    half = fresh(business).colleague(IZA).with_app()
    half.log_in()
    url = f"{business.system.issuer}/iza/account/address"
    assert half.browser.open(url).status == 403
    assert half.browser.post_here(url, {"email": f"nieuw.{half.account.email}"}).status == 403


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Vul"), ("geen adres", "e-mailadres"), ("x" * 250 + "@elders.example", "lang"), ("own", "al uw")],
)
def test_what_is_no_other_address_is_told_at_the_field(bea: Mover, typed: str, said: str) -> None:
    """422, with what was typed still there; nothing is asked."""
    story, colleague = bea.business.system.story(), bea.colleague
    at(colleague, "address")
    text = colleague.account.email.upper() if typed == "own" else typed
    page = colleague.browser.press(ASK, email=text)
    fault, field = page.soup.select_one("#email-fault"), page.soup.select_one("#email")
    assert fault is not None
    assert field is not None
    assert (page.status, page.heading) == (422, FORM)
    assert said in fault.get_text()
    assert (field["value"], str(field["aria-describedby"]).split()) == (text, ["email-fault"])
    assert story.kinds() == []


def test_wishes_are_limited(bea: Mover) -> None:
    """Nobody fills mailboxes from here; after an hour it goes on."""
    for number in range(5):
        assert notice(bea.ask(f"{number}.{bea.new}")) == ASKED
    page = bea.ask()
    assert page.status == 422
    assert "wacht een uur" in page.text
    assert bea.mails_to(bea.new) == []


@pytest.mark.parametrize("forged", ["no token", "other site"])
def test_form_that_is_not_ours_confirms_nothing(bea: Mover, forged: str) -> None:
    """B4-18: whoever knows the link still has to use our own page."""
    link, browser = bea.asked_link(), bea.business.system.browser()
    page = browser.follow_link_from_elsewhere(link)
    field = page.soup.select_one("input[name=csrf_token]")
    assert field is not None
    own = {"link": token_of(link), "csrf_token": str(field["value"])}
    address = page.url.partition("?")[0]
    if forged == "no token":
        answer = browser.post_here(address, {**own, "csrf_token": ""})
    else:
        answer = browser.post_from_elsewhere(address, own)
    assert answer.status == 403
    assert bea.now.email == bea.colleague.account.email


def test_link_is_made_with_our_own_base_url(bea: Mover) -> None:
    """B4-13: the address of the mail comes from the configuration."""
    link = bea.asked_link()
    assert link.startswith(f"{bea.business.system.issuer}/iza/address/confirm?link=")


def test_mail_and_page_are_in_english_for_who_asked_in_english(business: Business) -> None:
    """The link opens a page in the language of the form."""
    lee = Mover(business, inside(fresh(business).colleague(IZA)))
    at(lee.colleague, "address?lang=en")
    lee.colleague.browser.press("Send me an e-mail", email=lee.new)
    page = business.system.browser().follow_link_from_elsewhere(lee.link())
    assert (page.language, page.heading) == ("en", "Confirm your new e-mail address")


def test_consumer_changes_the_address_after_a_login_of_this_moment(own_system: System) -> None:
    """Who logs in with DigiD keeps doing so; the mail is queued for the new address."""
    browser, bsn, new = own_system.browser(), Bsn(digid_of("sanne").bsn), "sanne.nieuw@elders.example"
    own_system.enter(browser)
    browser.open(f"{own_system.issuer}/cz/account/")
    page = browser.follow("Wijzigen")
    assert page.heading == FORM
    with running_post(own_system) as post:
        assert notice(browser.press(ASK, email=new)) == ASKED
        mail = post.deliver()
    assert mail.recipient == new
    other = own_system.browser()
    other.follow_link_from_elsewhere(_LINK.findall(unescape(mail.body("plain")))[0])
    assert other.press(CONFIRM).heading == DONE
    account = account_repository(own_system.stores).find_by_digid("cz", bsn)
    assert account is not None
    assert account.email == new
    own_system.clock.advance(_SIX_MINUTES)
    page = browser.open(f"{own_system.issuer}/cz/account/address")
    assert page.heading == PROOF
    assert "DigiD" in page.text
