"""J3: a DigiD user without an account makes one, once, and goes straight through from then on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker.domain.bsn import Bsn
from broker.wiring.repositories import account_repository
from tests.support.registration import (
    EMAIL,
    FORM,
    MAILED,
    NAME,
    READY,
    Newcomer,
    count_accounts,
    everything_in_redis,
    everything_in_sql,
    has_account,
)
from tests.support.system import Plan, digid_of
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

A_DAY_SECONDS = 24 * 3600


def test_newcomer_registers_and_goes_straight_into_the_portal(newcomer: Newcomer) -> None:
    """Name and address, shown back, a mail, a button, and the login that began it all is finished."""
    page = newcomer.arrive()
    assert (page.status, page.heading) == (200, FORM)
    assert newcomer.fill_in().heading == "Kloppen deze gegevens?"
    assert NAME in newcomer.page.text
    assert EMAIL in newcomer.page.text
    assert newcomer.browser.press("Ja, dit klopt").heading == MAILED
    assert not has_account(newcomer.system)
    newcomer.open_link(newcomer.post.deliver())
    claims = newcomer.system.portal().tokens(newcomer.page.url, newcomer.attempt).claims
    assert (claims["name"], claims["email"]) == (NAME, EMAIL)
    assert claims["bsn"] == digid_of("jelle").bsn


def test_next_login_goes_straight_through_as_the_same_subject(newcomer: Newcomer) -> None:
    """Once is once."""
    newcomer.open_link(newcomer.mailed())
    first = newcomer.system.portal().tokens(newcomer.page.url, newcomer.attempt).claims
    assert newcomer.elsewhere().log_in_again()["sub"] == first["sub"]


def test_registration_is_told_in_the_audit_log_without_the_person(newcomer: Newcomer) -> None:
    """Offered, mail asked, delivered, completed, granted: with the account and nothing else of the person."""
    story = newcomer.system.story()
    newcomer.open_link(newcomer.mailed())
    assert story.kinds() == [
        "login.started",
        "login.sent-upstream",
        "login.provider-answered",
        "registration.offered",
        "registration.mail-asked",
        "message.delivered",
        "registration.completed",
        "login.granted",
    ]
    completed, granted = story.events()[-2:]
    assert completed.account_id == granted.account_id is not None
    told = repr(story.events())
    assert [secret for secret in (NAME, EMAIL, digid_of("jelle").bsn) if secret in told] == []


def test_link_in_another_browser_makes_the_account_and_logs_nobody_in(newcomer: Newcomer) -> None:
    """Whoever opens the mail elsewhere reads that it is done, and where to log in."""
    mail = newcomer.mailed()
    elsewhere = newcomer.elsewhere()
    page = elsewhere.open_link(mail)
    assert (page.status, page.heading) == (200, READY)
    assert page.soup.find("a", href="http://127.0.0.1:8401/")
    assert not [name for name in elsewhere.browser.cookies(newcomer.system.issuer) if "session" in name]
    assert has_account(newcomer.system)
    for secret in (NAME, EMAIL, digid_of("jelle").bsn):
        assert secret not in page.html


def test_browser_that_waits_goes_on_after_the_link_was_used_elsewhere(newcomer: Newcomer) -> None:
    """Mail on the telephone, portal on the computer: one button, or a reload that shows it."""
    mail = newcomer.mailed()
    waiting = newcomer.page.url
    assert newcomer.browser.press("ga verder").text.startswith("Uw e-mailadres is nog niet bevestigd")
    newcomer.elsewhere().open_link(mail)
    assert newcomer.browser.open(waiting).heading == READY
    newcomer.browser.press("Verder naar Mijn CZ")
    assert newcomer.is_in


def test_looking_at_the_link_confirms_nothing(newcomer: Newcomer) -> None:
    """B4-14: mail scanners look at links, often more than once."""
    mail = newcomer.mailed()
    for _ in range(3):
        page = newcomer.elsewhere().browser.follow_link_from_elsewhere(mail.link)
        assert page.heading == "Bevestig uw e-mailadres"
        assert EMAIL not in page.html
    assert not has_account(newcomer.system)
    newcomer.open_link(mail)
    assert newcomer.is_in


def test_link_used_after_a_quarter_of_an_hour_asks_for_a_new_login(newcomer: Newcomer) -> None:
    """The account is made; what DigiD said is too old to open a session with."""
    mail = newcomer.mailed()
    newcomer.system.clock.advance(15 * 60 + 5)
    page = newcomer.open_link(mail)
    assert (page.status, page.heading) == (200, READY)
    assert has_account(newcomer.system)
    assert newcomer.log_in_again()["name"] == NAME


def test_second_login_goes_on_where_the_first_one_stopped(newcomer: Newcomer) -> None:
    """Resumed from the same person's DigiD, in another browser: what was typed, and then the mail."""
    newcomer.arrive()
    newcomer.fill_in()
    again = newcomer.elsewhere()
    assert again.arrive().heading == "Kloppen deze gegevens?"
    assert EMAIL in again.page.text
    again.browser.press("Ja, dit klopt")
    third = newcomer.elsewhere()
    assert third.arrive().heading == MAILED
    third.open_link(newcomer.post.deliver())
    assert third.is_in


def test_leaving_half_way_leaves_nothing(newcomer: Newcomer) -> None:
    """After a day the same person finds an empty form; until then nothing readable is kept anywhere."""
    newcomer.mailed()
    kept = everything_in_redis(newcomer.system)
    held = everything_in_sql(newcomer.system) + repr(kept)
    assert [secret for secret in (NAME, "Hoekstra", EMAIL, digid_of("jelle").bsn) if secret in held] == []
    own = {name: seconds for name, (_, seconds) in kept.items() if "{registration" in name}
    assert len(own) == 2
    assert all(0 < seconds <= A_DAY_SECONDS + 120 for seconds in own.values())
    newcomer.system.clock.advance(A_DAY_SECONDS + 60)
    assert not has_account(newcomer.system)
    later = newcomer.elsewhere()
    assert later.arrive().heading == FORM
    assert EMAIL not in later.page.html


def test_cancelling_tells_the_portal_and_forgets_everything(newcomer: Newcomer) -> None:
    """Back with access_denied; the link that was out is dead; the next login starts empty."""
    mail = newcomer.mailed()
    newcomer.browser.press("Annuleren")
    assert newcomer.system.portal().answer(newcomer.page.url)["error"] == "access_denied"
    assert [name for name in everything_in_redis(newcomer.system) if "{registration:" in name] == []
    page = newcomer.elsewhere().browser.follow_link_from_elsewhere(mail.link)
    assert (page.status, page.heading) == (410, "Deze link werkt niet meer")
    assert "gestopt" in page.text
    assert newcomer.arrive().heading == FORM
    assert EMAIL not in newcomer.page.html


def test_account_that_came_meanwhile_is_used_and_not_doubled(newcomer: Newcomer) -> None:
    """The insurer imported the person while the mail was on its way: that account stays as it is."""
    mail = newcomer.mailed()
    accounts = account_repository(newcomer.system.stores)
    bsn = Bsn(digid_of("jelle").bsn)
    imported = accounts.add_consumer("cz", "J. Hoekstra", "jelle@elders.example", bsn)
    before = count_accounts(newcomer.system)
    newcomer.open_link(mail)
    claims = newcomer.system.portal().tokens(newcomer.page.url, newcomer.attempt).claims
    assert (claims["name"], claims["email"]) == ("J. Hoekstra", "jelle@elders.example")
    assert count_accounts(newcomer.system) == before
    assert accounts.find_by_digid("cz", bsn) == imported


def test_portal_that_explains_tells_how_to_get_an_account(plan: Plan, make_system: SystemMaker) -> None:
    """Policy `explain`, with the portal's own sentence: no form, no session, the desk, and a way back."""
    help_words = 'account_help = { nl = "Kom langs.", en = "Drop in." }'
    explain = {'without_account = "register"': f'without_account = "explain"\n{help_words}\n#'}
    with make_system(replace(plan, replaced=explain)) as system:
        browser = system.browser()
        system.log_in(browser, system.portal().begin().url, "jelle")
        assert (browser.page.status, browser.page.heading) == (403, "U heeft nog geen account")
        assert "Kom langs." in browser.page.text
        assert "088 000 00 00" in browser.page.text
        assert browser.page.soup.find("a", href="http://127.0.0.1:8401/")
        assert [name for name in everything_in_redis(system) if "{registration" in name] == []


def test_pages_and_mail_follow_the_language(newcomer: Newcomer) -> None:
    """Whoever reads English gets English, up to and including the page behind the link."""
    english = Newcomer(newcomer.system, newcomer.post, newcomer.system.browser(language="en"))
    english.attempt = newcomer.system.portal().begin()
    english.browser.open(english.attempt.url)
    english.browser.press("Log in with DigiD")
    newcomer.system.pass_digid(english.browser, "jelle")
    assert (english.page.heading, english.page.language) == ("Make your Mijn CZ account", "en")
    english.browser.press("Continue", name=NAME, email=EMAIL)
    assert english.browser.press("Yes, this is right").heading == "Check your e-mail"
    mail = newcomer.post.deliver()
    assert mail.mail["Subject"] == "Confirm your e-mail address for Mijn CZ"
    assert mail.mail["Content-Language"] == "en"
    assert '<html lang="en">' in mail.body("html")
    page = newcomer.system.browser(language="nl").follow_link_from_elsewhere(mail.link)
    assert (page.heading, page.language) == ("Confirm your e-mail address", "en")


def test_mail_is_in_the_brands_name_and_leads_to_our_base_url_only(newcomer: Newcomer) -> None:
    """B4-22, B4-13: one link, ours, from the configuration; no picture, no tracking, no name of anybody."""
    mail = newcomer.mailed()
    assert mail.mail["From"] == "CZ <noreply@cz.example>"
    assert mail.recipient == EMAIL
    html = mail.body("html")
    assert mail.link.startswith(f"{newcomer.system.issuer}/cz/activate?link=")
    assert html.count("http") == html.count(newcomer.system.issuer) == 2
    for word in ("<img", "url(", "<script", "<link", NAME, digid_of("jelle").bsn):
        assert word not in html + mail.body("plain")
