"""A DigiD that does not answer is left alone: people read so at once, and it is found again by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from broker.app import create_app
from broker.login.breaker import BARRED_FOR, BARS_AFTER_FAILURES, FIRST_TO_TRY
from tests.support.browser import Browser, Page
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow


def _fail(system: System, fault: str = "http-500") -> Page:
    browser = system.browser()
    browser.open(system.portal().begin().url)
    system.fault(fault)
    browser.press("Inloggen met DigiD")
    system.pass_digid(browser)
    return browser.page


def _choice(system: System) -> Browser:
    browser = system.browser()
    browser.open(system.portal().begin().url)
    return browser


def _is_closed(page: Page) -> bool:
    return page.soup.select_one("section.option button[disabled]") is not None


def _recover(system: System) -> None:
    system.clock.advance(int(BARRED_FOR.total_seconds()))


def test_failures_in_a_row_close_the_choice_for_every_worker(own_system: System) -> None:
    """The fifth failure shows the button out of use, here and at a worker that saw none of it."""
    system = own_system
    pages = [_fail(system) for _ in range(BARS_AFTER_FAILURES)]
    assert [_is_closed(page) for page in pages] == [False] * (BARS_AFTER_FAILURES - 1) + [True]
    other = replace(system, broker=create_app(system.settings))
    for page in (_choice(system).page, _choice(other).page):
        assert _is_closed(page)
        assert page.text.count("Wij kunnen DigiD nu niet bereiken.") == 1
        assert "U kunt deze manier van inloggen nu niet kiezen." in page.text
        assert page.form("Terug naar Mijn CZ") is not None


def test_person_with_an_old_page_is_told_and_not_sent_away(own_system: System) -> None:
    """The page was loaded before; pressing its button leads back to the reason."""
    waiting = _choice(own_system)
    for _ in range(BARS_AFTER_FAILURES):
        _fail(own_system)
    story = own_system.story()
    page = waiting.press("Inloggen met DigiD")
    assert page.url.startswith(own_system.issuer)
    assert _is_closed(page)
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("login.turned-away", "breaker-open")
    ]


def test_answer_that_comes_while_closed_is_not_resolved(own_system: System) -> None:
    """Somebody was at DigiD: told at once, no thread waits, and the artifact is not resolved later either."""
    system, under_way = own_system, _choice(own_system)
    under_way.press("Inloggen met DigiD")
    system.reach_sms_code(under_way)
    code = system.phone.last_code()
    for _ in range(BARS_AFTER_FAILURES):
        _fail(system)
    story = system.story()
    page = under_way.press("Inloggen", code=code)
    assert (page.status, _is_closed(page)) == (200, True)
    assert page.support_code
    assert [(event.detail["reason"], event.support_code) for event in story.events()] == [
        ("breaker-open", page.support_code)
    ]


def test_first_one_to_get_in_opens_it_for_all(own_system: System) -> None:
    """After half a minute a few may try, whoever stays away there holds up nobody, and then all may."""
    system = own_system
    for _ in range(BARS_AFTER_FAILURES):
        _fail(system)
    _recover(system)
    for _ in range(FIRST_TO_TRY - 1):
        assert not _choice(system).press("Inloggen met DigiD").url.startswith(system.issuer)
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    late = _choice(system)
    assert not _is_closed(late.page)
    told = late.press("Inloggen met DigiD")
    assert told.url.startswith(system.issuer)
    assert told.text.count("Wij kunnen DigiD nu niet bereiken.") == 1
    assert not _is_closed(told)
    assert portal.tokens(system.pass_digid(browser), attempt).claims["bsn"] == digid_of("sanne").bsn
    assert not late.press("Inloggen met DigiD").url.startswith(system.issuer)
    assert system.enter(system.browser(), "henk").claims["bsn"] == digid_of("henk").bsn


def test_failure_of_the_first_one_keeps_it_closed(own_system: System) -> None:
    """One failure is enough while it recovers."""
    system = own_system
    for _ in range(BARS_AFTER_FAILURES):
        _fail(system)
    _recover(system)
    assert _is_closed(_fail(system))
    _recover(system)
    assert not _is_closed(_choice(system).page)


def test_soap_faults_in_a_row_close_nothing(own_system: System) -> None:
    """Whoever brings artifacts that DigiD does not know makes it say no, and must not close it for others."""
    pages = [_fail(own_system, "soap-fault") for _ in range(BARS_AFTER_FAILURES)]
    assert not any(_is_closed(page) for page in pages)
    assert own_system.enter(own_system.browser()).claims["bsn"] == digid_of("sanne").bsn
