"""The page with the ways of logging in is rendered once: nobody sees another's attempt, token or language."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.support.browser import Browser, Page
from tests.support.system import System

pytestmark = pytest.mark.flow


def _arrive(system: System, browser: Browser) -> Page:
    return browser.open(system.portal().begin().url)


def _own(page: Page) -> tuple[str, str]:
    """The attempt and the token that stand on the page, each the same in all its forms."""
    (attempt,) = {str(field["value"]) for field in page.soup.select('input[name="transaction"]')}
    (token,) = {str(field["value"]) for field in page.soup.select('input[name="csrf_token"]')}
    return attempt, token


def _without(own: tuple[str, str], page: Page) -> str:
    attempt, token = own
    return page.html.replace(attempt, "ATTEMPT").replace(token, "TOKEN")


def test_everybody_has_an_attempt_and_a_token_of_their_own(system: System) -> None:
    """In every address and form of the page; all else is the same."""
    pages = [_arrive(system, system.browser()) for _ in range(3)]
    owns = [_own(page) for page in pages]
    assert len({attempt for attempt, _ in owns}) == len({token for _, token in owns}) == len(pages)
    for page, (attempt, _) in zip(pages, owns, strict=True):
        assert urlsplit(page.url).path == f"/cz/login/{attempt}"
        actions = {str(form["action"]) for form in page.soup.find_all("form")}
        assert actions == {f"/cz/login/{attempt}/digid", f"/cz/login/{attempt}/cancel"}
    assert len({_without(own, page) for own, page in zip(owns, pages, strict=True)}) == 1


def test_language_and_parameters_of_one_visitor_are_not_the_next_ones(system: System) -> None:
    """The links for changing the language keep what else the address says."""
    one, two = system.browser(), system.browser()
    dutch, other = _arrive(system, one), _arrive(system, two)
    assert "?seen=1&amp;lang=en" in one.open(f"{dutch.url}?seen=1").html
    assert "?seen=2&amp;lang=en" in two.open(f"{other.url}?seen=2").html
    english = one.open(f"{dutch.url}?lang=en")
    assert (english.language, two.open(other.url).language) == ("en", "nl")


def test_notice_of_one_visitor_is_not_the_next_ones(system: System) -> None:
    """Who turned back at DigiD reads that it was cancelled; who arrives then does not."""
    one = system.browser()
    plain = _arrive(system, one)
    one.press("DigiD")
    told = one.press("Annuleren")
    assert told.soup.select_one(".notice") is not None
    assert plain.soup.select_one(".notice") is None
    assert _arrive(system, system.browser()).soup.select_one(".notice") is None
