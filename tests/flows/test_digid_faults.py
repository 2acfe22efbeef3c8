"""J4: every fault that the simulator can be given ends on the right page, without a login, with its reason.

The cases come from the simulator's own list, so a fault that is added there fails here until it has its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from structlog.testing import capture_logs

from broker.login.outcomes import FOR_OPERATIONS
from broker.storage.audit_log import AuditLog
from demo.digid.faults.table import FAULTS
from tests.support.back_channel_between import broker_calling
from tests.support.browser import Browser, Page
from tests.support.servers import running_redis
from tests.support.system import Plan, System, digid_of, running_system
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
COUNTING_WINDOW_SECONDS = 61
LITERAL_SENTENCE = (
    "Inloggen bij deze organisatie is niet gelukt. Probeert u het later nog een keer. "
    "Lukt het nog steeds niet? Log in bij Mijn DigiD. Zo controleert u of uw DigiD goed werkt. "
    "Mogelijk is er een storing bij de organisatie waar u inlogt."
)
TEXTS = {
    "digid-cancelled": "U heeft het inloggen met DigiD geannuleerd.",
    "digid-failed": LITERAL_SENTENCE,
    "digid-unavailable": "Wij kunnen DigiD nu niet bereiken.",
    "level-too-low": "U heeft ingelogd zonder extra controle.",
}
ENGLISH_TEXTS = {
    "digid-cancelled": "You cancelled logging in with DigiD.",
    "digid-failed": LITERAL_SENTENCE,
    "digid-unavailable": "We cannot reach DigiD right now.",
    "level-too-low": "You logged in without an extra check.",
}
# What a person, or somebody who looks over the person's shoulder, has no business reading.
INNER_WORDS = re.compile(
    r"xml|soap|assertion|artifact(?!s)|signature|lxml|urllib|requests|traceback|werkzeug|flask|redis|sqlalchemy",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Ending:
    """How a faulty login ends: the notice, and the reason that only the log knows."""

    notice: str
    reason: str


def _failed(reason: str) -> Ending:
    return Ending("digid-failed", reason)


ENDINGS: dict[str, Ending | None] = {
    "level-lower": Ending("level-too-low", "authn.level-too-low"),
    "wrong-audience": _failed("audience.other"),
    "wrong-recipient": _failed("confirmation.recipient"),
    "wrong-in-response-to-resolve": _failed("answer.in-response-to"),
    "wrong-in-response-to-response": _failed("response.in-response-to"),
    "wrong-in-response-to-confirmation": _failed("confirmation.in-response-to"),
    "wrong-issuer": _failed("response.issuer"),
    "expired": _failed("confirmation.expired"),
    "future": _failed("confirmation.life"),
    "clock-skew": _failed("answer.issue-instant"),
    "unsigned": _failed("signature.missing"),
    "other-key": _failed("signature.invalid"),
    "signature-wrapping": _failed("skeleton.misplaced"),
    "sector-sofi": _failed("name-id.sector"),
    # The specification's own table writes it so: this one has to be let in.
    "capital-sector": None,
    "bsn-eleven-test": _failed("name-id.number"),
    "inner-failure": Ending("digid-cancelled", "cancelled"),
    "no-response": _failed("answer.no-response"),
    "two-assertions": _failed("skeleton.misplaced"),
    "comment-in-name-id": _failed("xml.comment"),
    "document-type": _failed("xml.doctype"),
    "slow": Ending("digid-unavailable", "channel.timeout"),
    "dead": Ending("digid-unavailable", "channel.broken"),
    "http-500": Ending("digid-unavailable", "channel.server-error"),
    "soap-fault": _failed("channel.soap-fault"),
    "redirect": _failed("channel.redirect"),
}


@pytest.fixture(scope="module")
def faulty(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """A system for this file alone, whose broker has little patience for the simulator's fault `slow`."""
    folder = tmp_path_factory.mktemp("faulty")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}")
        with running_system(folder, plan) as system:
            yield system


@pytest.fixture(autouse=True)
def _failures_are_not_in_a_row(faulty: System) -> Iterator[None]:
    """The breaker counts failures of one minute; each test begins in a later one."""
    yield
    faulty.clock.advance(COUNTING_WINDOW_SECONDS)


def _fail(system: System, browser: Browser, fault: str) -> Page:
    browser.open(system.portal().begin().url)
    system.fault(fault)
    browser.press(_button(browser))
    system.pass_digid(browser)
    return browser.page


def _button(browser: Browser) -> str:
    return "Inloggen met DigiD" if browser.language == "nl" else "Log in with DigiD"


def _landing(browser: Browser) -> str:
    """The address that brought the answer."""
    return next(page.url for page in browser.history if urlsplit(page.url).path.endswith("/acs"))


def test_simulator_lists_the_faults_that_are_tested(faulty: System) -> None:
    """The list that programs get is the one that the cases of this file come from."""
    told = faulty.digid.test_client().get("/api/faults").json
    assert told is not None
    assert {fault["name"] for fault in told["faults"]} == {fault.name for fault in FAULTS} == ENDINGS.keys()


@pytest.mark.parametrize("fault", [fault.name for fault in FAULTS])
def test_fault_ends_on_its_page_without_a_login(faulty: System, fault: str) -> None:
    """Right page, no session, no code, one refused event with its reason, and nothing of the inside shown."""
    assert fault in ENDINGS, "a new fault of the simulator needs its row in ENDINGS"
    ending = ENDINGS[fault]
    system = broker_calling(faulty, read_seconds=0.5) if fault == "slow" else faulty
    browser, story = system.browser(), system.story()
    with capture_logs() as logged:
        page = _fail(system, browser, fault)
    if ending is None:
        assert page.url.startswith(system.portal().redirect_uri)
        return
    assert (page.status, page.heading) == (200, "Inloggen bij Mijn CZ")
    assert TEXTS[ending.notice] in page.text
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    refused = [event for event in story.events() if event.result == "refused"]
    assert [(event.kind, event.detail["reason"]) for event in refused] == [
        ("login.provider-answered", ending.reason)
    ]
    _assert_support_code_finds(system, page, ending)
    _assert_nothing_of_the_inside(page, str(logged))
    assert any(line["log_level"] == "error" for line in logged) == (ending.reason in FOR_OPERATIONS)
    again = browser.open(_landing(browser))
    assert (again.status, again.heading) == (400, "Deze inlogpoging is al voorbij")
    assert story.last().detail["reason"] == "answer-unknown"
    assert story.last().support_code == again.support_code
    assert not _is_logged_in(system, browser)


def _assert_support_code_finds(system: System, page: Page, ending: Ending) -> None:
    if ending.notice == "digid-cancelled":
        assert page.support_code is None
        return
    assert page.support_code is not None
    found = AuditLog(system.stores.database).find(page.support_code)
    assert [row.detail["reason"] for row in found] == [ending.reason]


def _assert_nothing_of_the_inside(page: Page, log: str) -> None:
    bsn = digid_of("sanne").bsn
    assert bsn not in page.html
    assert bsn not in log
    assert "<samlp" not in log
    assert INNER_WORDS.search(page.text) is None


def _is_logged_in(system: System, browser: Browser) -> bool:
    page = browser.open(system.portal().begin(prompt="none").url)
    return "code" in system.portal().answer(page.url)


@pytest.mark.parametrize("fault", ["level-lower", "other-key", "inner-failure", "http-500"])
def test_fault_is_told_in_english_too(faulty: System, fault: str) -> None:
    """Our words in English; the sentence that Logius tests in Dutch, and marked as such."""
    ending = ENDINGS[fault]
    assert ending is not None
    browser = faulty.browser(language="en")
    page = _fail(faulty, browser, fault)
    assert page.language == "en"
    assert ENGLISH_TEXTS[ending.notice] in page.text
    marked = [found.get_text() for found in page.soup.select(".notice p[lang=nl]")]
    assert marked == ([LITERAL_SENTENCE] if ending.notice == "digid-failed" else [])


@pytest.mark.parametrize("fault", ["level-lower", "other-key", "inner-failure", "http-500"])
def test_person_can_try_again_and_then_gets_in(faulty: System, fault: str) -> None:
    """The button works, the old message goes, and the portal is one press away all the time."""
    browser, portal = faulty.browser(), faulty.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    faulty.fault(fault)
    browser.press("Inloggen met DigiD")
    faulty.pass_digid(browser)
    assert browser.page.form("Terug naar Mijn CZ") is not None
    browser.press("Inloggen met DigiD")
    claims = portal.tokens(faulty.pass_digid(browser), attempt).claims
    assert claims["bsn"] == digid_of("sanne").bsn


@pytest.mark.parametrize("fault", ["level-lower", "wrong-audience", "inner-failure", "dead"])
def test_login_that_fails_ends_the_session_that_was_running(faulty: System, fault: str) -> None:
    """KVS 3.x: whoever was logged in here is not after somebody's login failed, and the tokens die."""
    browser, portal = faulty.browser(), faulty.portal()
    tokens = faulty.enter(browser)
    browser.open(portal.begin(prompt="login").url)
    faulty.fault(fault)
    browser.press("Inloggen met DigiD")
    story = faulty.story()
    faulty.pass_digid(browser, "henk")
    assert story.kinds() == ["login.provider-answered", "session.ended"]
    assert story.last().detail["reason"] == "other-login-failed"
    assert SESSION_COOKIE not in browser.cookies(faulty.issuer)
    assert portal.userinfo(tokens.access_token).status_code == 401


def test_refused_answers_differ_in_nothing_that_a_person_can_see(faulty: System) -> None:
    """B1-37: which check said no is not told by the page; only attempt, token and support code differ."""
    pages = set()
    for fault, ending in ENDINGS.items():
        if ending is not None and ending.notice == "digid-failed":
            page = _fail(faulty, faulty.browser(), fault)
            assert page.support_code is not None
            hidden = page.html.replace(page.support_code, "")
            pages.add(re.sub(r'(action|value)="[^"]*"', "", hidden))
    assert len(pages) == 1


def test_texts_of_the_scheme_can_be_changed_in_the_configuration(
    plan: Plan, make_system: SystemMaker
) -> None:
    """The file of the provider holds them, so a change by Logius needs no release."""
    replaced = {LITERAL_SENTENCE: "Nieuw: niet gelukt.", TEXTS["digid-cancelled"]: "Nieuw: geannuleerd."}
    with make_system(replace(plan, replaced=replaced)) as system:
        for fault, text in (("unsigned", "Nieuw: niet gelukt."), ("inner-failure", "Nieuw: geannuleerd.")):
            page = _fail(system, system.browser(language="en"), fault)
            assert [found.get_text() for found in page.soup.select(".notice p[lang=nl]")] == [text]
