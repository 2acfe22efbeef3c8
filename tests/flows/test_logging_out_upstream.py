"""J38: logging out here, and then at eHerkenning, where the scheme has it (B1-33, B1-34)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from bs4 import Tag

from demo.eherkenning.faults.logout import LOGOUT_FAULTS
from tests.support.at_work import Worker, code_for, handed_out, portal_of, system_by
from tests.support.browser import Browser, Page, filled
from tests.support.makelaar import MAKELAAR
from tests.support.relying_party import Tokens
from tests.support.story import Event
from tests.support.system import Plan, System
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-zz"
BUTTON = "Uitloggen bij eHerkenning"
REFUSED = "Wij weten niet of u bij uw inlogmiddel bent uitgelogd"
OVER = "Deze knop werkt niet meer"
HOME = "http://127.0.0.1:8405/"
REASONS = {
    "logout-unsigned": "signature.missing",
    "logout-unsigned-by-post": "signature.missing",
    "logout-other-key": "signature.invalid",
    "logout-other-key-by-post": "signature.invalid",
    "logout-other-destination": "logout.destination",
    "logout-no-destination": "logout.destination",
    "logout-other-request": "logout.in-response-to",
    "logout-other-issuer": "logout.issuer",
    "logout-old": "logout.issue-instant",
    "logout-other-relay-state": "answer-unknown",
    "logout-request": "request-not-taken",
    "logout-request-by-post": "request-not-taken",
}


@pytest.fixture(scope="module")
def at_zz(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """The whole broker, where the makelaar may answer to logging out."""
    with system_by("artifact", tmp_path_factory.mktemp("zz"), demo_pki, sqlite_template) as running:
        yield running


@pytest.fixture(autouse=True)
def _on_a_day_of_its_own(at_zz: System) -> None:
    """No test meets what another one kept."""
    at_zz.clock.advance(86_401)


@dataclass
class Leaver:
    """Somebody who is in at MijnZZ Zakelijk, and what the portal has of them."""

    worker: Worker
    tokens: Tokens

    @property
    def browser(self) -> Browser:
        """Theirs."""
        return self.worker.browser

    def log_out(self, **more: str) -> Page:
        """At the portal's request, with its proof."""
        hint = {"id_token_hint": self.tokens.id_token, **more}
        url = f"{self.worker.system.issuer}/oauth2/logout"
        return self.browser.post_from_elsewhere(url, hint, origin=HOME[:-1])

    def lives(self) -> bool:
        """Whether the portal's access token still works."""
        return portal_of(self.worker.system).userinfo(self.tokens.access_token).status_code == 200


def logged_in(system: System) -> Leaver:
    """By eHerkenning, bound to an account."""
    worker = Worker(system, "anouk")
    worker.come()
    if worker.page.heading == "Koppel uw eHerkenning":
        code = code_for(system, handed_out(system, "anouk"))
        worker.browser.press("Koppelen en inloggen", code=code)
    return Leaver(worker, worker.tokens())


def answered(events: list[Event]) -> list[Event]:
    """What was written down of messages at our logout address."""
    return [event for event in events if event.kind == "logout.provider-answered"]


def switch(system: System, fault: str) -> None:
    """What the makelaar does with the next logout."""
    assert system.makelaar.test_client().post("/api/faults", json={"fault": fault}).status_code == 200


def go_on(browser: Browser) -> Page:
    """From our page through the one that posts to the makelaar, and through its own if it posts back."""
    browser.press(BUTTON)
    browser.press("Doorgaan")
    if browser.page.url.startswith(MAKELAAR) and browser.page.soup.select_one("form[data-sends-itself]"):
        browser.press("Doorgaan")
    return browser.page


def test_logging_out_ends_everything_here_and_then_offers_eherkenning(at_zz: System) -> None:
    """The session, its tokens and the portals first; then a button, and the supplier's own last page."""
    worker = logged_in(at_zz)
    story = at_zz.story()
    page = worker.log_out(post_logout_redirect_uri=HOME, state="s 1")
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert "U bent uitgelogd op alle websites van Zorg en Zekerheid" in page.text
    assert "Bij uw leverancier van eHerkenning bent u misschien nog ingelogd." in page.text
    assert story.kinds() == ["session.ended"]
    assert not worker.lives()
    assert page.header("Clear-Site-Data") == '"cache", "storage"'
    assert f"form-action 'self' {MAKELAAR};" in (page.header("Content-Security-Policy") or "")
    back = page.soup.select_one(f'a[href="{HOME}?state=s+1"]')
    assert isinstance(back, Tag)
    assert back.get_text(strip=True) == "Terug naar MijnZZ Zakelijk"
    last = go_on(worker.browser)
    assert last.url == f"{MAKELAAR}/broker/slo"
    assert last.heading == "U bent uitgelogd bij eHerkenning"
    assert "Grachtsleutel" in last.text
    sent = story.last()
    assert (sent.kind, sent.result, sent.brand) == ("logout.sent-upstream", "success", "zz")
    assert sent.detail["sid"] == worker.tokens.claims["sid"]
    assert story.kinds() == ["session.ended", "tokens.refused", "logout.sent-upstream"]


def test_page_speaks_english_too(at_zz: System) -> None:
    """The same in the other language."""
    worker = logged_in(at_zz)
    worker.browser.language = "en"
    page = worker.log_out()
    assert page.heading == "You are logged out"
    assert "Log out of eHerkenning" in page.text


def test_logging_out_by_hand_offers_it_as_well(at_zz: System) -> None:
    """Without a hint the person is asked first; nothing is named to the makelaar before the answer."""
    worker = logged_in(at_zz)
    page = worker.browser.open(f"{at_zz.issuer}/oauth2/logout")
    assert page.heading == "Weet u zeker dat u wilt uitloggen?"
    assert worker.lives()
    page = worker.browser.press("Uitloggen")
    assert not worker.lives()
    assert page.soup.find("h2", string="Ook uitloggen bij eHerkenning")
    assert "U bent uitgelogd op alle websites van Zorg en Zekerheid" in page.text
    assert go_on(worker.browser).heading == "U bent uitgelogd bij eHerkenning"


def test_logging_out_of_several_brands_tells_of_each_login(at_zz: System) -> None:
    """Nobody named a brand: all sessions of this browser end, and each provider is told of by name."""
    worker = logged_in(at_zz)
    at_digid = at_zz.enter(worker.browser)
    worker.browser.open(f"{at_zz.issuer}/oauth2/logout")
    page = worker.browser.press("Uitloggen")
    assert not worker.lives()
    assert at_zz.portal().userinfo(at_digid.access_token).status_code == 401
    assert "U bent uitgelogd op alle websites waar u met deze inlog was." in page.text
    assert "Bij DigiD zelf hoeft u niet uit te loggen." in page.text
    assert "Ook uitloggen bij eHerkenning van Zorg en Zekerheid" in page.text
    assert worker.browser.follow("Naar de beginpagina").heading == "Waar wilt u inloggen?"


def test_ending_the_own_session_in_the_account_area_offers_it_as_well(at_zz: System) -> None:
    """Wherever somebody says that they leave."""
    worker = logged_in(at_zz)
    worker.browser.open(f"{at_zz.issuer}/zz/account/sessions")
    worker.browser.press("Overal uitloggen")
    assert not worker.lives()
    assert go_on(worker.browser).heading == "U bent uitgelogd bij eHerkenning"


@pytest.mark.parametrize(
    ("fault", "heading", "text", "outcome"),
    [
        ("logout-answered", "U bent ook uitgelogd bij eHerkenning", "dat u daar bent uitgelogd", "ended"),
        ("logout-answered-by-post", "U bent ook uitgelogd bij eHerkenning", "Bij ons was u al", "ended"),
        (
            "logout-partial",
            "U bent bij eHerkenning nog niet overal uitgelogd",
            "op andere websites",
            "partly",
        ),
        (
            "logout-denied",
            "Uitloggen bij eHerkenning is niet gelukt",
            "Bij ons bent u uitgelogd",
            "not-ended",
        ),
    ],
)
def test_answer_of_the_makelaar_is_told_as_it_is(
    at_zz: System, fault: str, heading: str, text: str, outcome: str
) -> None:
    """What was ended and what was not; one event."""
    worker = logged_in(at_zz)
    switch(at_zz, fault)
    worker.log_out()
    story = at_zz.story()
    page = go_on(worker.browser)
    assert page.url.startswith(f"{at_zz.issuer}/saml/zz/eherkenning/logout")
    assert (page.status, page.heading) == (200, heading)
    assert text in page.text
    (event,) = answered(story.events())
    assert (event.result, event.detail["outcome"], event.detail["reason"]) == ("success", outcome, None)
    assert event.detail["sid"] == worker.tokens.claims["sid"]
    onward = worker.browser.follow("Naar de websites van Zorg en Zekerheid")
    assert onward.heading == "Inloggen bij Zorg en Zekerheid"


@pytest.mark.parametrize("fault", [fault.name for fault in LOGOUT_FAULTS])
def test_answer_that_cannot_be_believed_is_refused_with_one_page_and_one_event(
    at_zz: System, fault: str
) -> None:
    """Unsigned, forged, for somebody else, old, unknown, or no answer at all; sessions are left alone."""
    other, worker = logged_in(at_zz), logged_in(at_zz)
    switch(at_zz, fault)
    worker.log_out()
    story = at_zz.story()
    page = go_on(worker.browser)
    assert page.url.startswith(f"{at_zz.issuer}/saml/zz/eherkenning/logout")
    assert (page.status, page.heading) == (400, REFUSED)
    assert page.support_code
    (event,) = answered(story.events())
    assert (event.result, event.detail["outcome"]) == ("refused", "failed")
    assert event.detail["reason"] == REASONS[fault]
    assert event.support_code == page.support_code
    assert other.lives()


def test_answer_counts_once(at_zz: System) -> None:
    """The very same address again: whoever replays it reads that nothing was done with it."""
    worker = logged_in(at_zz)
    switch(at_zz, "logout-answered")
    worker.log_out()
    page = go_on(worker.browser)
    story = at_zz.story()
    again = worker.browser.open(page.url)
    assert (again.status, again.heading) == (400, REFUSED)
    (event,) = answered(story.events())
    assert event.detail["reason"] == "answer-unknown"


def test_answer_comes_too_late(at_zz: System) -> None:
    """After a quarter of an hour nobody waits for it."""
    worker = logged_in(at_zz)
    switch(at_zz, "logout-answered-by-post")
    worker.log_out()
    worker.browser.press(BUTTON)
    page = worker.browser.press("Doorgaan")
    at_zz.clock.advance(15 * 60 + 1)
    assert page.url == f"{MAKELAAR}/broker/slo"
    assert worker.browser.press("Doorgaan").heading == REFUSED


def test_button_works_once_and_for_five_minutes(at_zz: System) -> None:
    """Then what names the login at the supplier is gone from here."""
    worker = logged_in(at_zz)
    page = worker.log_out()
    action, fields = page.form(BUTTON)["action"], filled(page.form(BUTTON), BUTTON)
    assert worker.browser.post_here(f"{at_zz.issuer}{action}", fields).status == 200
    story = at_zz.story()
    again = worker.browser.post_here(f"{at_zz.issuer}{action}", fields)
    assert (again.status, again.heading) == (400, OVER)
    assert [(event.kind, event.result) for event in story.events()] == [("logout.sent-upstream", "refused")]
    late = logged_in(at_zz)
    late.log_out()
    at_zz.clock.advance(5 * 60 + 1)
    assert late.browser.press(BUTTON).heading == OVER


def test_button_is_pressed_on_our_own_page_only(at_zz: System) -> None:
    """A form elsewhere, even with everything that our page holds, sends nobody away and uses nothing up."""
    worker = logged_in(at_zz)
    page = worker.log_out()
    action, fields = page.form(BUTTON)["action"], filled(page.form(BUTTON), BUTTON)
    url = f"{at_zz.issuer}{action}"
    story = at_zz.story()
    assert at_zz.browser().post_from_elsewhere(url, fields).status == 403
    assert worker.browser.post_here(url, fields | {"csrf_token": "0" * 64}).status == 403
    assert story.kinds() == ["request.forged", "request.forged"]
    assert worker.browser.post_here(url, fields).heading == "U gaat verder naar eHerkenning"


def test_holder_of_an_id_token_learns_nothing_of_the_login_at_the_supplier(at_zz: System) -> None:
    """It ends the session, as it may; no button for a browser that is another one, or that nobody was in."""
    for elsewhere in (at_zz.browser(), logged_in(at_zz).browser):
        victim = logged_in(at_zz)
        page = elsewhere.open(f"{at_zz.issuer}/oauth2/logout?id_token_hint={victim.tokens.id_token}")
        assert page.heading == "U bent uitgelogd"
        assert not victim.lives()
        assert "Dat kunnen wij niet zien of stoppen." in page.text
        assert BUTTON not in page.text


def test_button_after_a_portal_s_form_is_for_the_browser_of_that_session(at_zz: System) -> None:
    """No cookie comes along from a portal's page: the button asks for it, even of a session that is over."""
    for thief in (at_zz.browser(), logged_in(at_zz).browser):
        victim, story = logged_in(at_zz), at_zz.story()
        hint = {"id_token_hint": victim.tokens.id_token}
        thief.post_from_elsewhere(f"{at_zz.issuer}/oauth2/logout", hint, origin=HOME[:-1])
        page = thief.press(BUTTON)
        assert (page.status, page.heading) == (400, OVER)
        assert "SAMLRequest" not in page.html
        sent = story.last()
        assert (sent.kind, sent.result, sent.detail["reason"]) == (
            "logout.sent-upstream",
            "refused",
            "other-browser",
        )


def test_own_browser_goes_on_from_a_hint_in_an_address_too(at_zz: System) -> None:
    """It shows its cookie at once, and has none afterwards."""
    worker = logged_in(at_zz)
    hint = f"id_token_hint={worker.tokens.id_token}"
    worker.browser.follow_link_from_elsewhere(f"{at_zz.issuer}/oauth2/logout?{hint}")
    assert SESSION_COOKIE not in worker.browser.cookies(at_zz.issuer)
    assert go_on(worker.browser).heading == "U bent uitgelogd bij eHerkenning"


@pytest.mark.parametrize("place", ["/saml/zz/eherkenning/logout", "/saml/cz/digid/logout"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("sent", [{}, {"SAMLRequest": "x", "RelayState": "y"}, {"SAMLResponse": "x"}])
def test_message_of_a_stranger_is_refused_with_one_event(
    at_zz: System, place: str, method: str, sent: dict[str, str]
) -> None:
    """At DigiD's address too, where no message of any kind is expected: a page, and no session ends."""
    worker, story = logged_in(at_zz), at_zz.story()
    browser = at_zz.browser()
    url = at_zz.issuer + place
    if method == "GET":
        query = "&".join(f"{name}={value}" for name, value in sent.items())
        page = browser.follow_link_from_elsewhere(f"{url}?{query}" if query else url)
    else:
        page = browser.post_from_elsewhere(url, sent)
    assert (page.status, page.heading) == (400, REFUSED)
    (event,) = story.events()
    expected = "request-not-taken" if "SAMLRequest" in sent else "answer-unknown"
    assert (event.kind, event.detail["reason"]) == ("logout.provider-answered", expected)
    assert worker.lives()


def test_message_of_another_brand_or_scheme_finds_nothing(at_zz: System) -> None:
    """A brand without eHerkenning knows no logout of another one."""
    worker = logged_in(at_zz)
    switch(at_zz, "logout-answered")
    worker.log_out()
    worker.browser.press(BUTTON)
    # The makelaar's redirect, caught before our own address sees it.
    sites = dict(worker.browser.sites)
    del worker.browser.sites[at_zz.issuer]
    url = worker.browser.press("Doorgaan").url
    worker.browser.sites.update(sites)
    for place in ("/saml/cz/eherkenning/logout", "/saml/cz/digid/logout", "/saml/zz/digid/logout"):
        moved = f"{at_zz.issuer}{place}?{urlsplit(url).query}"
        assert worker.browser.open(moved).heading == REFUSED
    assert worker.browser.open(url).heading == "U bent ook uitgelogd bij eHerkenning"


def test_request_goes_by_redirect_where_the_brand_says_so(plan: Plan, make_system: SystemMaker) -> None:
    """The button leads straight to the supplier's last page."""
    words = {'request_binding = "post"\nanswer_binding': 'request_binding = "redirect"\nanswer_binding'}
    with make_system(replace(plan, replaced=words)) as system:
        worker = logged_in(system)
        worker.log_out()
        assert worker.browser.press(BUTTON).heading == "U bent uitgelogd bij eHerkenning"


@pytest.mark.parametrize("setting", ["off", "one-way"])
def test_brand_decides_whether_people_are_led_there(
    plan: Plan, make_system: SystemMaker, setting: str
) -> None:
    """Off: straight back to the portal. One way: the button, and our metadata has no place for an answer."""
    words = {'upstream_logout = "answered"': f'upstream_logout = "{setting}"'}
    with make_system(replace(plan, replaced=words)) as system:
        worker = logged_in(system)
        metadata = system.browser().open(f"{system.issuer}/saml/zz/eherkenning/metadata").html
        assert "SingleLogoutService" not in metadata
        page = worker.log_out(post_logout_redirect_uri=HOME)
        if setting == "one-way":
            switch(system, "logout-answered")
            assert go_on(worker.browser).heading == "Uitloggen is momenteel niet mogelijk"
            return
        assert page.url == HOME
        page = logged_in(system).log_out()
        assert "Bij uw leverancier van eHerkenning bent u misschien nog ingelogd." in page.text
        assert "Dat kunnen wij niet zien of stoppen." in page.text
        assert "Ook uitloggen bij" not in page.text


def test_digid_keeps_no_login_and_the_page_says_so(at_zz: System) -> None:
    """DigiD without Eenmalig Inloggen: nothing to end there, and every login is asked anew."""
    browser = at_zz.browser()
    tokens = at_zz.enter(browser)
    page = browser.post_from_elsewhere(
        f"{at_zz.issuer}/oauth2/logout", {"id_token_hint": tokens.id_token}, origin="http://127.0.0.1:8401"
    )
    assert page.heading == "U bent uitgelogd"
    assert "Bij DigiD zelf hoeft u niet uit te loggen." in page.text
    assert "Ook uitloggen bij" not in page.text
