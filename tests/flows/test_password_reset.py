"""J7 and J20: a new password by a link in a mail, and what strangers learn from asking, which is nothing."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from sqlalchemy import func, select
from werkzeug.test import Client

from broker.domain.accounts import AccountState
from broker.domain.bsn import Bsn
from broker.storage.known_devices import KnownDevices
from broker.storage.schema import MESSAGES
from broker.wiring.repositories import account_repository
from tests.support.browser import Browser, Page
from tests.support.business import IZA, PASSWORD, Business, Colleague
from tests.support.password_links import ASK, NEW_PASSWORD, SAVE, Forgetful, fresh, token_of, use
from tests.support.registration import everything_in_redis
from tests.support.store_calls import counted_store_calls
from tests.support.system import System

pytestmark = pytest.mark.flow

MAILED, CHOOSE, CHANGED = "Controleer uw e-mail", "Kies een nieuw wachtwoord", "Uw wachtwoord is gewijzigd"
NOBODY = "niemand.bekend@elders.example"
GARBAGE = ("", "x", "%00", "a.b", "1." + "A" * 43, '"', "é", "x" * 3000)


@pytest.fixture
def person(business: Business) -> Forgetful:
    """Somebody with a password at Mijn IZA, where the second step is a choice."""
    return Forgetful(fresh(business), business.colleague(IZA))


def _queued(system: System) -> int:
    """How many messages there are, for whomever."""
    with system.stores.database.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(MESSAGES)).scalar_one())


def _logs_in(colleague: Colleague, password: str) -> bool:
    """Whether this password opens the portal, in a new browser."""
    visitor = colleague.elsewhere()
    visitor.arrive()
    visitor.browser.press("Inloggen", email=colleague.account.email, password=password)
    return visitor.is_in


def test_forgotten_password_is_replaced_from_the_login_page(person: Forgetful) -> None:
    """J7, from the link under the form to the portal; the page after it leads back to the same attempt."""
    colleague, browser = person.colleague, person.colleague.browser
    attempt = urlsplit(colleague.arrive().url).path
    browser.follow("Wachtwoord vergeten?")
    assert browser.press(ASK, email=person.account.email).heading == MAILED
    link = person.link()
    assert browser.follow_link_from_elsewhere(link).heading == CHOOSE
    assert browser.press(SAVE, password=NEW_PASSWORD).heading == CHANGED
    assert not colleague.has_session
    browser.follow("Naar inloggen")
    assert urlsplit(browser.page.url).path == attempt
    browser.press("Inloggen", email=person.account.email, password=NEW_PASSWORD)
    assert colleague.is_in
    assert not _logs_in(colleague, PASSWORD)


def test_link_opened_elsewhere_leads_to_the_portal_that_was_left(person: Forgetful) -> None:
    """Asked for at a desk, opened on a phone: the way on is the portal where the person was."""
    browser = person.colleague.browser
    person.colleague.arrive()
    browser.follow("Wachtwoord vergeten?")
    browser.press(ASK, email=person.account.email)
    phone = person.business.system.browser()
    page = use(phone, person.link())
    assert page.heading == CHANGED
    (way_on,) = page.soup.select("main a.button")
    assert way_on["href"] == person.business.system.settings.portals[IZA].url


def test_looking_at_a_link_uses_nothing_up_and_it_works_once(person: Forgetful) -> None:
    """B4-14: mail scanners open links; the form counts, once."""
    link, browser = person.asked_link(), person.business.system.browser()
    for _ in range(3):
        assert person.business.system.browser().follow_link_from_elsewhere(link).heading == CHOOSE
    assert use(browser, link).heading == CHANGED
    again = person.business.system.browser()
    page = again.follow_link_from_elsewhere(link)
    assert (page.status, page.heading) == (410, "Deze link is al gebruikt")
    assert again.post_here(page.url, {"link": token_of(link), "password": "x"}).status == 403
    assert _logs_in(person.colleague, NEW_PASSWORD)


def test_new_request_kills_the_older_link(person: Forgetful) -> None:
    """The newest mail counts; the page of the older one says so and offers another."""
    first = person.asked_link()
    second = person.asked_link()
    browser = person.business.system.browser()
    page = browser.follow_link_from_elsewhere(first)
    assert (page.status, page.heading) == (410, "Deze link werkt niet meer")
    assert browser.follow("Nieuwe e-mail aanvragen").heading == "Nieuw wachtwoord aanvragen"
    assert use(browser, second).heading == CHANGED


def test_login_kills_the_link(person: Forgetful) -> None:
    """Who remembers the password after all leaves no link behind."""
    link = person.asked_link()
    person.business.pass_time(1)
    assert _logs_in(person.colleague, PASSWORD)
    page = person.business.system.browser().follow_link_from_elsewhere(link)
    assert (page.status, page.heading) == (410, "Deze link werkt niet meer")


def test_link_is_good_for_thirty_minutes(person: Forgetful) -> None:
    """A form that was opened in time is judged when it is sent."""
    link, browser = person.asked_link(), person.business.system.browser()
    person.business.pass_time(29 * 60)
    assert browser.follow_link_from_elsewhere(link).heading == CHOOSE
    person.business.pass_time(60)
    page = browser.press(SAVE, password=NEW_PASSWORD)
    assert (page.status, page.heading) == (410, "Deze link is verlopen")
    assert _logs_in(person.colleague, PASSWORD)


@pytest.mark.parametrize("spoil", ["cut", "changed", "empty", "twice", "other-brand", "other-purpose"])
def test_link_that_was_tampered_with_is_explained(person: Forgetful, spoil: str) -> None:
    """J40: what happened, what to do next, a code to pass on; and the log knows nothing of the token."""
    link = person.asked_link()
    spoiled = {
        "cut": link[:-12],
        "changed": re.sub(r"link=.", "link=_", link) if "link=_" not in link else link.replace("=_", "=-"),
        "empty": link.partition("?")[0],
        "twice": f"{link}&link={token_of(link)}",
        "other-brand": link.replace("/iza/", "/vgz/"),
        "other-purpose": link.replace("/reset/", "/activate/"),
    }[spoil]
    page = person.business.system.browser().follow_link_from_elsewhere(spoiled)
    assert (page.status, page.heading) == (404, "Deze link klopt niet")
    assert page.support_code
    assert "Nieuwe e-mail aanvragen" in page.text


def test_reset_ends_every_session_and_their_tokens_and_forgets_devices(person: Forgetful) -> None:
    """Whoever was in is out everywhere, before the answer; the portal's tokens die with it."""
    colleague, system = person.colleague, person.business.system
    colleague.log_in()
    tokens = colleague.portal.tokens(colleague.page.url, colleague.attempt)
    elsewhere = colleague.elsewhere()
    elsewhere.log_in()
    devices = KnownDevices(system.stores.database, system.stores.keys.columns)
    assert len(devices.of_account(person.account.id)) == 2
    person.business.pass_time(1)
    link, story = person.asked_link(), system.story()
    use(system.browser(), link)
    assert colleague.portal.userinfo(tokens.access_token).status_code == 401
    for visitor in (colleague, elsewhere):
        assert visitor.arrive().heading == "Inloggen bij Mijn IZA"
    ended = [event for event in story.events() if event.kind == "session.ended"]
    assert [event.detail["reason"] for event in ended] == ["password-changed"] * 2
    assert devices.of_account(person.account.id) == ()


def test_reset_keeps_the_second_factor_and_logs_nobody_in(person: Forgetful) -> None:
    """B4-15: the new password alone opens nothing of an account that has a second step."""
    colleague = person.colleague.with_app()
    link, browser = person.asked_link(), person.business.system.browser()
    use(browser, link)
    assert f"__Host-voordeur-session-{person.account.brand}" not in browser.cookies(
        person.business.system.issuer
    )
    visitor = colleague.elsewhere()
    visitor.arrive()
    visitor.browser.press("Inloggen", email=person.account.email, password=NEW_PASSWORD)
    assert not visitor.is_in
    assert "/second-factor" in visitor.page.url
    assert len(colleague.kinds) == 1


def test_owner_is_told_by_a_mail_without_a_link(person: Forgetful) -> None:
    """B4-22: the notice leads nowhere and names nobody; the mail with the link has that one address alone."""
    use(person.business.system.browser(), person.asked_link())
    asked, notice = person.mails()[-2:]
    assert str(notice.mail["Subject"]).startswith(CHANGED)
    for mail in (asked, notice):
        for kind in ("plain", "html"):
            assert person.account.name not in mail.body(kind)
    assert "http" not in notice.body("plain")
    assert "href" not in notice.body("html")


def test_mail_is_in_the_language_of_the_page(person: Forgetful) -> None:
    """Asked for in English, answered in English, and the link opens an English page."""
    browser = person.business.system.browser(language="en")
    browser.open(f"{person.business.system.issuer}/iza/reset")
    browser.press("Send me an e-mail", email=person.account.email)
    mail = person.mails()[-1]
    assert mail.mail["Subject"] == "Choose a new password for IZA"
    assert str(mail.mail["From"]).startswith("IZA Accountbeheer")
    page = person.business.system.browser().follow_link_from_elsewhere(person.link())
    assert (page.language, page.heading) == ("en", "Choose a new password")


def test_link_names_our_base_url_whatever_the_request_says(person: Forgetful) -> None:
    """B4-13: the mail's one link is under the configured base URL; another host is refused before that."""
    system = person.business.system
    page = system.browser().open(f"{system.issuer}/iza/reset")
    token = str(page.soup.select_one("input[name=csrf_token]")["value"])  # type: ignore[index] # it is there
    lies = {
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "Referer": "https://evil.example/",
        "Sec-Fetch-Site": "same-origin",
    }
    fields = {"csrf_token": token, "email": person.account.email}
    client = Client(system.broker, use_cookies=False)
    assert client.post("/iza/reset", base_url=system.issuer, data=fields, headers=lies).status_code == 303
    assert person.link().startswith(f"{system.issuer}/iza/reset/password?link=")
    refused = client.post("/iza/reset", base_url="http://evil.example", data=fields, headers=lies)
    assert refused.status_code == 400


def test_pages_with_a_link_tell_nobody_of_it(person: Forgetful) -> None:
    """B4-14: nothing from elsewhere on the page, and no address of it for others."""
    page = person.business.system.browser().follow_link_from_elsewhere(person.asked_link())
    assert page.header("Referrer-Policy") == "same-origin"
    assert page.header("Cache-Control") == "no-store"
    loaded = [str(tag.get("src") or tag.get("href")) for tag in page.soup.select("[src], head link[href]")]
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_broken_cookies_are_in_nobodys_way(person: Forgetful, garbage: str) -> None:
    """J20: every cookie that we use holds rubbish, and the reset goes on to a login that works."""
    colleague, system = person.colleague, person.business.system
    colleague.arrive()
    attempt = urlsplit(colleague.page.url).path.rpartition("/")[2]
    rubbish = {
        f"__Host-voordeur-login-{attempt}": garbage,
        "__Host-voordeur-login-0123": garbage,
        "__Host-voordeur-session-iza": garbage,
        "__Host-voordeur-device-iza": garbage,
        "__Host-voordeur-lang": garbage,
    }
    browser = system.browser()
    for name, value in rubbish.items():
        browser.plant(system.issuer, name, value)
    browser.open(f"{system.issuer}/iza/reset?attempt={attempt}")
    assert browser.press(ASK, email=person.account.email).heading == MAILED
    assert use(browser, person.link()).heading == CHANGED
    visitor = Colleague(system, person.business.worker, IZA, person.account, browser)
    visitor.arrive()
    browser.press("Inloggen", email=person.account.email, password=NEW_PASSWORD)
    assert visitor.is_in


def test_password_that_will_not_do_is_explained_and_the_link_stays_good(person: Forgetful) -> None:
    """What is wrong stands at the field, which is empty again; 422, and then it works."""
    link, browser = person.asked_link(), person.business.system.browser()
    browser.follow_link_from_elsewhere(link)
    for password, words in (
        ("", "te kort"),
        ("kort", "te kort"),
        ("Welkom2026!!!", "te makkelijk te raden"),
        (f"{person.account.name}IZA", "lijkt te veel op"),
        ("ab " * 60, "te lang"),
        ("x" * 5000, "te lang"),
    ):
        page = browser.press(SAVE, password=password)
        assert page.status == 422
        field = page.soup.select_one("#password")
        assert field is not None
        assert (field["value"], field["aria-invalid"], field["autocomplete"]) == ("", "true", "new-password")
        fault = page.soup.select_one("#password-fault")
        assert fault is not None
        assert words in fault.get_text()
        assert "password-fault" in str(field["aria-describedby"])
    assert browser.press(SAVE, password=NEW_PASSWORD).heading == CHANGED


def _asked(person: Forgetful, email: str) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    """Everything that a stranger sees of asking, without what is new each time; and the store's calls."""
    browser = person.business.system.browser()
    browser.open(f"{person.business.system.issuer}/iza/reset")
    with counted_store_calls() as calls:
        browser.press(ASK, email=email)
    seen = [_shown(page) for page in browser.history]
    assert len(seen) == 3
    assert browser.cookies(person.business.system.issuer) == {}
    return seen, dict(calls)


def _shown(page: Page) -> tuple[object, ...]:
    return page.url, page.status, page.html, page.headers


def test_answer_and_work_are_the_same_for_every_address(person: Forgetful) -> None:
    """B4-02, B4-03, B4-04: unknown, active, invited, closed, held, a consumer's, asked too often: all one."""
    business = person.business
    states = [state for state in AccountState if state is not AccountState.ERASED]
    by_state = [business.colleague(IZA, state=state).account.email for state in states]
    consumer = "consument@post.example"
    account_repository(business.system.stores).add_consumer("iza", "Cor Post", consumer, Bsn("999990019"))
    _asked(person, NOBODY)
    expected, calls = _asked(person, person.account.email)
    assert calls["Database.writing"] > 0
    for email in (NOBODY, *by_state, consumer, person.account.email.upper()):
        seen, work = _asked(person, email)
        assert seen == expected, email
        assert work == calls, email
    for address in (person.account.email, NOBODY):
        for _ in range(6):
            seen, work = _asked(person, address)
            assert (seen, work) == (expected, calls), address


def test_only_owners_get_mail_and_each_gets_what_fits(person: Forgetful) -> None:
    """The mails differ where the answers do not; nobody's message holds no address and is never sent."""
    business, system = person.business, person.business.system
    closed = Forgetful(business, business.colleague(IZA, state=AccountState.DISABLED))
    invited = Forgetful(business, business.colleague(IZA, state=AccountState.INVITED, with_password=False))
    for forgetful in (person, closed, invited):
        forgetful.ask()
    person.ask(email=NOBODY)
    assert str(closed.mails()[-1].mail["Subject"]).startswith("Uw account bij IZA kan nu niet")
    assert "http" not in closed.mails()[-1].body("plain")
    assert "/iza/activate/password?link=" in invited.link()
    assert NOBODY not in [mail.recipient for mail in business.worker.mailbox.received]
    with system.stores.database.reading() as connection:
        kept = connection.execute(select(MESSAGES).where(MESSAGES.c.fault == "nobody")).all()
    assert kept
    for row in kept:
        place = f"messages/{row.id}/recipient".encode()
        recipient = system.stores.keys.columns.open(row.recipient_sealed, context=place)
        assert recipient == b"nobody.at.all@nowhere.invalid"


def test_address_that_is_none_is_told_at_its_field(person: Forgetful) -> None:
    """That says nothing of any account: it is judged by its letters alone."""
    page = person.ask(email="geen adres")
    assert page.status == 422
    assert "Dit e-mailadres klopt niet." in page.text


def test_limit_on_an_address_sends_no_more_and_leaves_the_last_link_good(person: Forgetful) -> None:
    """Five an hour: a stranger who keeps asking fills no mailbox and takes no link away."""
    for _ in range(5):
        person.ask()
    link, before = person.link(), len(person.mails())
    for _ in range(3):
        assert person.ask().heading == MAILED
    assert len(person.mails()) == before
    assert use(person.business.system.browser(), link).heading == CHANGED
    person.business.pass_time(3601)
    person.ask()
    assert len(person.mails()) == before + 2


def test_limit_on_a_block_takes_nothing_of_the_address(person: Forgetful) -> None:
    """Thirty an hour from one block; then nothing is queued, and the address keeps what it has."""
    system = person.business.system
    browser = system.browser()
    for number in range(30):
        person.ask(browser, f"x{number}@elders.example")
    before, story = len(person.mails()), system.story()
    queued = _queued(system)
    for email in (*[person.account.email] * 6, NOBODY):
        assert person.ask(email=email).heading == MAILED
    assert (len(person.mails()), _queued(system)) == (before, queued)
    assert [event.detail["outcome"] for event in story.events()] == ["too-often"] * 7
    person.business.pass_time(3601)
    for _ in range(5):
        person.ask()
    assert len(person.mails()) == before + 5


def test_reset_lets_the_owner_in_where_strangers_had_tried_too_often(person: Forgetful) -> None:
    """A mailed confirmation opens what too many failures closed."""
    colleague = person.colleague.elsewhere()
    colleague.arrive()
    for _ in range(6):
        colleague.browser.press("Inloggen", email=person.account.email, password="niet dit")
    assert not _logs_in(colleague, PASSWORD)
    use(person.business.system.browser(), person.asked_link())
    assert _logs_in(colleague, NEW_PASSWORD)


@pytest.mark.parametrize("forged", ["no token", "other site", "other token"])
def test_form_that_is_not_ours_changes_nothing(person: Forgetful, forged: str) -> None:
    """B4-18: whoever knows the link still has to use our own page."""
    link, browser = person.asked_link(), person.business.system.browser()
    page = browser.follow_link_from_elsewhere(link)
    field = page.soup.select_one("input[name=csrf_token]")
    assert field is not None
    own = {"link": token_of(link), "csrf_token": str(field["value"]), "password": NEW_PASSWORD}
    address = page.url.partition("?")[0]
    answer = {
        "no token": lambda: browser.post_here(address, {**own, "csrf_token": ""}),
        "other site": lambda: browser.post_from_elsewhere(address, own),
        "other token": lambda: browser.post_here(address, {**own, "csrf_token": "0" * 64}),
    }[forged]()
    assert answer.status == 403
    assert _logs_in(person.colleague, PASSWORD)


def test_done_page_is_for_whoever_used_the_link(person: Forgetful) -> None:
    """Nobody is sent to a page of ours that claims what did not happen."""
    system, link = person.business.system, person.asked_link()
    done = link.replace("/password?", "/done?")
    assert system.browser().open(done).status == 404
    assert system.browser().open(f"{system.issuer}/iza/reset/done").status == 404
    use(system.browser(), link)
    assert system.browser().open(done).heading == CHANGED


def test_nothing_usable_of_a_link_is_stored(person: Forgetful) -> None:
    """Neither token nor address stands in Redis or in the audit log."""
    story = person.business.system.story()
    link = person.asked_link()
    token = token_of(link)
    use(person.business.system.browser(), link)
    kept = everything_in_redis(person.business.system)
    for secret in (token, person.account.email):
        assert not [key for key, (value, _) in kept.items() if secret in key or secret.encode() in value]
        assert not [event for event in story.events() if secret in repr(event)]
    kinds = story.kinds()
    assert [kind for kind in kinds if not kind.startswith("message.")] == [
        "password.link-asked",
        "password.changed",
    ]


def test_brand_without_passwords_has_no_such_page(person: Forgetful) -> None:
    """The page is there for brands to which people log in with a password."""
    browser: Browser = person.business.system.browser()
    assert browser.open(f"{person.business.system.issuer}/geen-merk/reset").status == 404
