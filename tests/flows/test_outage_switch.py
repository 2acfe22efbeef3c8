"""The operator's switch: a way of logging in is closed, says so, and opens again without a restart."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from broker.cli.main import commands
from broker.domain.accounts import AccountState
from broker.errors import ConfigurationError
from broker.login import outage_board
from tests.support.browser import Browser, Page
from tests.support.system import Plan, System, digid_of
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow


@pytest.fixture
def system(plan: Plan, make_system: SystemMaker, monkeypatch: pytest.MonkeyPatch) -> Iterator[System]:
    """A system whose broker looks at the switch every time, so that no test has to wait."""
    monkeypatch.setattr(outage_board, "BEHIND_AT_MOST_SECONDS", 0.0)
    for name, value in plan.environment.items():
        monkeypatch.setenv(name, value)
    with make_system(plan) as running:
        yield running


def _run(system: System, *arguments: str) -> Result:
    folder: Path = system.settings.directory
    return CliRunner().invoke(commands, [*arguments, "--config", str(folder)], catch_exceptions=False)


def _close(system: System, *options: str) -> str:
    result = _run(system, "outage", "on", "--provider", "digid", *options)
    assert result.exit_code == 0, result.output
    return result.output


def _choice(system: System, language: str = "nl") -> tuple[Browser, Page]:
    browser = system.browser(language=language)
    return browser, browser.open(system.portal().begin().url)


def _button(page: Page) -> dict[str, object]:
    return dict(page.soup.select_one("section.option button").attrs)  # type: ignore[union-attr]  # else the test fails


def test_outage_disables_the_button_and_says_why(system: System) -> None:
    """The button stays where people look for it; the reason stands above and beside it."""
    _close(system)
    _, page = _choice(system)
    assert page.status == 200
    assert "disabled" in _button(page)
    described = page.soup.find(id=str(_button(page)["aria-describedby"]))
    assert described is not None
    assert described.get_text(strip=True) == "U kunt deze manier van inloggen nu niet kiezen."
    assert "Wij kunnen DigiD nu niet bereiken." in page.soup.select_one(".notice").get_text()  # type: ignore[union-attr]
    assert page.form("Terug naar Mijn CZ") is not None


def test_outage_is_told_in_the_operators_words(system: System) -> None:
    """In the language of the page, with the moment at which it should be over, in Dutch time."""
    _close(system, "--text-nl", "DigiD wordt onderhouden.", "--text-en", "DigiD is being maintained.")
    assert "DigiD wordt onderhouden." in _choice(system)[1].text
    assert "DigiD is being maintained." in _choice(system, "en")[1].text


def test_outage_with_dutch_words_only_marks_them_on_an_english_page(system: System) -> None:
    """Who hears the page hears Dutch read as Dutch (WCAG 3.1.2); the end is told in English."""
    _close(system, "--text-nl", "DigiD wordt onderhouden.", "--until", "2100-01-02T06:30+01:00")
    page = _choice(system, "en")[1]
    assert [found.get_text() for found in page.soup.select(".notice p[lang=nl]")] == [
        "DigiD wordt onderhouden."
    ]
    assert "We expect it to work again from Saturday 2 January 06:30." in page.text


def test_button_pressed_on_an_old_page_leads_back_to_the_reason(system: System) -> None:
    """The page was open before the switch: nobody is sent to DigiD, and it is written down."""
    browser, _ = _choice(system)
    _close(system)
    story = system.story()
    page = browser.press("Inloggen met DigiD")
    assert page.url.startswith(system.issuer)
    assert (page.status, page.heading) == (200, "Inloggen bij Mijn CZ")
    assert "disabled" in _button(page)
    assert [(event.kind, event.result, event.detail["reason"]) for event in story.events()] == [
        ("login.turned-away", "refused", "outage")
    ]


def test_person_under_way_may_finish(system: System) -> None:
    """Whoever is at DigiD when the switch is turned still gets in."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    _close(system)
    assert portal.tokens(system.pass_digid(browser), attempt).claims["bsn"] == digid_of("sanne").bsn


def test_outage_ends_by_hand(system: System) -> None:
    """The page that showed it works when it is loaded again."""
    _close(system)
    browser, page = _choice(system)
    assert "open again at every brand" in _run(system, "outage", "off", "--provider", "digid").output
    browser.open(page.url)
    assert "disabled" not in _button(browser.page)
    browser.press("Inloggen met DigiD")
    assert system.pass_digid(browser).startswith(system.portal().redirect_uri)


def test_outage_ends_by_itself(system: System) -> None:
    """At the moment that was announced."""
    _close(system, "--minutes", "30")
    assert "disabled" in _button(_choice(system)[1])
    system.clock.advance(30 * 60)
    assert "disabled" not in _button(_choice(system)[1])


def test_outage_of_another_brand_closes_nothing_here(system: System) -> None:
    """And a brand that does not use the provider is refused, as is a provider that does not exist."""
    for options in (("--provider", "digid", "--brand", "vgz"), ("--provider", "idin")):
        with pytest.raises(ConfigurationError, match=r"no brand that uses|there is no providers"):
            _run(system, "outage", "on", *options)
    _close(system, "--brand", "cz")
    assert "disabled" in _button(_choice(system)[1])
    assert "was not closed at every brand" in _run(system, "outage", "off", "--provider", "digid").output
    assert "open again at cz" in _run(system, "outage", "off", "--provider", "digid", "--brand", "cz").output
    assert "disabled" not in _button(_choice(system)[1])


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        (("--until", "2100-01-01T00:00Z", "--minutes", "5"), "not both"),
        (("--until", "tomorrow"), "ISO 8601"),
        (("--until", "2100-01-01T00:00"), "offset"),
        (("--until", "0001-01-01T00:00+01:00"), "ISO 8601"),
        (("--until", "2001-01-01T00:00Z"), "has passed"),
        (("--text-nl", "x" * 401), "at most 400"),
    ],
)
def test_outage_command_refuses_what_it_cannot_mean(
    system: System, options: tuple[str, ...], fault: str
) -> None:
    """A clear sentence, and nothing is closed."""
    with pytest.raises(ConfigurationError, match=fault):
        _run(system, "outage", "on", "--provider", "digid", *options)
    assert _run(system, "outage", "list").output == "Nothing is closed.\n"


def test_outage_list_and_log_tell_what_was_done(system: System) -> None:
    """Who looks later sees from when until when; announcing again replaces."""
    story = system.story()
    _close(system)
    _close(system, "--until", "2100-01-02T06:30+01:00")
    listed = _run(system, "outage", "list").output
    assert "2100-01-02T05:30+00:00" in listed
    assert listed.count("digid") == 1
    _run(system, "outage", "off", "--provider", "digid")
    told = [(event.kind, event.brand, event.detail) for event in story.events()]
    assert told == [
        ("outage.announced", "-", {"provider": "digid", "until": None}),
        ("outage.announced", "-", {"provider": "digid", "until": "2100-01-02T05:30:00+00:00"}),
        ("outage.ended", "-", {"provider": "digid"}),
    ]


@pytest.mark.parametrize("typed", ["as shown", "small letters", "without a dash", "with spaces"])
def test_support_code_finds_its_events_however_it_was_typed(system: System, typed: str) -> None:
    """The desk hears a code over the telephone; the command tells what happened, and not to whom."""
    browser = system.browser()
    system.fault("wrong-audience")
    system.log_in(browser, system.portal().begin().url)
    code = browser.page.support_code
    assert code is not None
    forms = {
        "as shown": code,
        "small letters": code.lower(),
        "without a dash": code.replace("-", ""),
        "with spaces": " ".join(code.replace("-", "")),
    }
    result = _run(system, "audit", "find", forms[typed], "--json")
    assert result.exit_code == 0
    (event,) = [json.loads(line) for line in result.output.splitlines()]
    assert event.keys() == {"time", "kind", "result", "reason", "brand", "client"}
    assert (event["kind"], event["result"], event["reason"], event["brand"]) == (
        "login.provider-answered",
        "refused",
        "audience.other",
        "cz",
    )
    assert "\nreason: audience.other\n" in _run(system, "audit", "find", code).output


def test_support_code_of_a_refusal_after_digid_names_the_client_but_no_person(system: System) -> None:
    """An account that may not be used: two events, and neither shows whose it was."""
    system.set_account_state("sanne", AccountState.DISABLED)
    browser = system.browser()
    system.log_in(browser, system.portal().begin().url)
    result = _run(system, "audit", "find", browser.page.support_code or "", "--json")
    told = [json.loads(line) for line in result.output.splitlines()]
    assert {event["kind"]: (event["reason"], event["client"]) for event in told} == {
        "login.provider-answered": (None, None),
        "login.refused": ("account-disabled", "mijn-cz"),
    }
    assert digid_of("sanne").bsn not in result.output


def test_support_code_of_an_unknown_return_address_is_told_in_full(system: System) -> None:
    """The operator reads which portal's registration it is about, and why, however narrow the window."""
    browser = system.browser()
    url = system.portal().begin().url.replace("redirect_uri=", "redirect_uri=https%3A%2F%2Felsewhere.example")
    browser.open(url)
    lines = _run(system, "audit", "find", browser.page.support_code or "").output.splitlines()
    assert lines[1:] == [
        "kind: authorization.refused",
        "result: refused",
        "reason: return-address-unknown",
        "brand: cz",
        "client: mijn-cz",
    ]


def test_support_code_of_nothing_is_said_to_be_so(system: System) -> None:
    """Exit 1 and one sentence."""
    result = _run(system, "audit", "find", "AAAA-AAAA")
    assert result.exit_code == 1
    assert "no event" in result.output
