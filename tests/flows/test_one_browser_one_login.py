"""An answer counts once, in the browser that asked (B1-22..24, B1-32, B2-04); old cookies are no obstacle."""

from __future__ import annotations

from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest

from tests.support.browser import Browser
from tests.support.story import Story
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow

SESSION_COOKIE = "__Host-voordeur-session-cz"
ATTEMPT_PREFIX = "__Host-voordeur-login-"
ACS = "/saml/cz/digid/acs"


def _stop_before_acs(system: System, browser: Browser, person: str = "sanne") -> str:
    """Log in at DigiD and keep the address with the artifact to ourselves."""
    browser.press("Inloggen met DigiD")
    system.reach_sms_code(browser, person)
    sites, browser.sites = browser.sites, {k: v for k, v in browser.sites.items() if k != system.issuer}
    address = browser.press("Inloggen", code=system.phone.last_code()).url
    browser.sites = sites
    assert urlsplit(address).path == ACS
    return address


def _is_logged_in(system: System, browser: Browser) -> bool:
    page = browser.open(system.portal().begin(prompt="none").url)
    return "code" in system.portal().answer(page.url)


def _reasons(story: Story) -> list[tuple[str, str | None]]:
    return [(event.detail["reason"], event.support_code) for event in story.events()]


def test_login_begun_in_one_browser_cannot_end_in_another(system: System) -> None:
    """B1-22: the attacker's artifact in the victim's browser logs nobody in, and the request is used up."""
    attacker, victim = system.browser(), system.browser()
    attacker.open(system.portal().begin().url)
    victim.open(system.portal().begin().url)
    address = _stop_before_acs(system, attacker, "henk")
    story = system.story()
    page = victim.follow_link_from_elsewhere(address)
    assert (page.status, page.heading) == (400, "U begon met inloggen in een andere browser")
    assert SESSION_COOKIE not in victim.cookies(system.issuer)
    assert _reasons(story) == [("answer-other-browser", page.support_code)]
    again = attacker.open(address)
    assert (again.status, again.heading) == (400, "Deze inlogpoging is al voorbij")
    assert SESSION_COOKIE not in attacker.cookies(system.issuer)


def test_login_in_a_strange_browser_leaves_the_session_there_alone(system: System) -> None:
    """Nobody can log somebody else out by sending an answer."""
    attacker, victim = system.browser(), system.browser()
    system.enter(victim)
    attacker.open(system.portal().begin().url)
    victim.follow_link_from_elsewhere(_stop_before_acs(system, attacker, "henk"))
    assert _is_logged_in(system, victim)


def test_refresh_of_the_answer_page_says_that_it_is_past(system: System) -> None:
    """B1-24: the artifact's address works once; the session it made lives on."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    address = _stop_before_acs(system, browser)
    browser.open(address)
    story = system.story()
    page = browser.open(address)
    assert (page.status, page.heading) == (400, "Deze inlogpoging is al voorbij")
    assert _reasons(story) == [("answer-unknown", page.support_code)]
    assert page.soup.find("a", href="http://127.0.0.1:8401/")
    assert _is_logged_in(system, browser)


def test_artifact_of_one_attempt_does_not_fit_another(system: System) -> None:
    """The answer names the request it belongs to; in the wrong attempt it is refused, and used up."""
    one, other = system.browser(), system.browser()
    one.open(system.portal().begin().url)
    other.open(system.portal().begin().url)
    first, second = _stop_before_acs(system, one), _stop_before_acs(system, other, "henk")
    stolen = parse_qs(urlsplit(second).query)["SAMLart"][0]
    state = parse_qs(urlsplit(first).query)["RelayState"][0]
    story = system.story()
    one.open(f"{system.issuer}{ACS}?{urlencode({'SAMLart': stolen, 'RelayState': state})}")
    assert SESSION_COOKIE not in one.cookies(system.issuer)
    assert story.kinds() == ["login.provider-answered"]
    assert story.last().result == "refused"


def test_two_tabs_both_finish_in_any_order(system: System) -> None:
    """B2-04: the answers find their own attempts, each with its own state and nonce."""
    browser, portal = system.browser(), system.portal()
    first, second = portal.begin(), portal.begin()
    browser.open(first.url)
    tab_one = browser.page
    browser.open(second.url)
    tab_two = _stop_before_acs(system, browser)
    browser.page = tab_one
    answered_one = _stop_before_acs(system, browser)
    tokens = portal.tokens(browser.open(tab_two).url, second)
    assert tokens.claims["bsn"] == digid_of("sanne").bsn
    assert portal.tokens(browser.open(answered_one).url, first).claims["sid"] == tokens.claims["sid"]


def test_ninth_attempt_forgets_the_oldest(system: System) -> None:
    """Eight at a time: the browser's cookies do not grow, and the newest attempts work."""
    browser, portal = system.browser(), system.portal()
    starts = []
    for _ in range(9):
        system.clock.advance(1)
        starts.append(browser.open(portal.begin().url).url)
    kept = {name for name in browser.cookies(system.issuer) if name.startswith(ATTEMPT_PREFIX)}
    assert kept == {ATTEMPT_PREFIX + start.rpartition("/")[2] for start in starts[1:]}
    assert browser.open(starts[0]).heading == "Deze inlogpagina werkt niet meer"
    assert browser.open(starts[1]).heading == "Inloggen bij Mijn CZ"


@pytest.mark.parametrize(
    "value", ["", "x", "a.b", "0", "é", '"', "%00", "." * 300, "1.2.3", "A" * 4000, "sid." + "A" * 43]
)
def test_broken_cookies_never_stand_in_the_way(system: System, value: str) -> None:
    """J20: whatever an older release or a stranger left behind, the login goes through."""
    browser = system.browser()
    for name in (
        SESSION_COOKIE,
        ATTEMPT_PREFIX + "0" * 32,
        ATTEMPT_PREFIX,
        "__Host-voordeur-lang",
        "voordeur-old",
        "__Host-voordeur-session-vgz",
    ):
        browser.plant(system.issuer, name, value)
    assert system.enter(browser).claims["bsn"] == digid_of("sanne").bsn


def test_broken_cookies_of_many_attempts_are_cleared_away(system: System) -> None:
    """Twenty old ones: the browser ends with eight at most."""
    browser = system.browser()
    for number in range(20):
        browser.plant(system.issuer, f"{ATTEMPT_PREFIX}{number:032x}", "rubbish")
    browser.open(system.portal().begin().url)
    names = [name for name in browser.cookies(system.issuer) if name.startswith(ATTEMPT_PREFIX)]
    assert len(names) <= 8
    assert browser.page.heading == "Inloggen bij Mijn CZ"


def test_back_to_the_login_page_after_the_login_says_so(system: System) -> None:
    """The back button: no dead end, but the way to the portal."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    start, story = browser.page.url, system.story()
    browser.press("Inloggen met DigiD")
    system.pass_digid(browser)
    page = browser.open(start)
    assert (page.status, page.heading) == (409, "U bent al ingelogd")
    assert page.soup.find("a", href="http://127.0.0.1:8401/")
    assert "login.refused" not in story.kinds()


def test_attempt_is_over_after_half_an_hour(system: System) -> None:
    """The page says that it stood open too long, and where to begin again."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    start = browser.page.url
    system.clock.advance(30 * 60 + 1)
    page = browser.open(start)
    assert (page.status, page.heading) == (400, "Deze inlogpagina werkt niet meer")
    assert page.soup.find("a", href="http://127.0.0.1:8401/")


def test_answer_to_an_attempt_that_is_over_is_past(system: System) -> None:
    """Whoever stayed at DigiD for too long reads it here and begins again."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    system.clock.advance(16 * 60)
    address = _stop_before_acs(system, browser)
    system.clock.advance(14 * 60 + 1)
    assert browser.open(address).heading == "Deze inlogpoging is al voorbij"


def test_browser_without_cookies_reads_how_to_allow_them(system: System) -> None:
    """Not "unknown attempt", which would send people round in circles."""
    browser = system.browser(cookies_on=False)
    page = browser.open(system.portal().begin().url)
    assert (page.status, page.heading) == (400, "Deze inlogpagina werkt niet meer")
    assert "Sta dan cookies toe in de instellingen van uw browser." in page.text
    assert "Opnieuw beginnen bij Mijn CZ" in page.text


def test_form_of_a_browser_without_cookies_says_what_is_wrong(system: System) -> None:
    """A page with a form came with a cookie: a browser that sends the one without the other keeps none."""
    browser, forgetful = system.browser(), system.browser(cookies_on=False)
    address = browser.open(system.portal().begin().url).url
    page = forgetful.post_here(f"{address}/digid", {})
    assert (page.status, page.heading) == (400, "Uw browser bewaart geen cookies")


def test_browser_with_nothing_but_a_device_is_not_said_to_refuse_cookies(system: System) -> None:
    """The session went with the browser; an old bookmark is no fault of its settings."""
    start = system.browser().open(system.portal().begin().url).url
    browser = system.browser()
    browser.plant(system.issuer, "__Host-voordeur-device-cz", "x" * 43)
    page = browser.open(start)
    assert (page.status, page.heading) == (400, "Deze inlogpagina werkt niet meer")
    assert "cookies" not in page.text


def test_attempt_of_another_browser_does_not_open(system: System) -> None:
    """The address of somebody's login page is worth nothing without its cookie."""
    browser, stranger = system.browser(), system.browser()
    start = browser.open(system.portal().begin().url).url
    stranger.open(system.portal().begin().url)
    assert stranger.open(start).heading == "Deze inlogpagina werkt niet meer"


def _tampered() -> list[tuple[str, str]]:
    long, control = "r" * 81, "r\r\nSet-Cookie: a=b"
    return [
        ("nothing", ""),
        ("no artifact", "RelayState={r}"),
        ("no relay state", "SAMLart={a}"),
        ("doubled relay state", "RelayState={r}&RelayState={r}&SAMLart={a}"),
        ("81 bytes", f"RelayState={long}&SAMLart={{a}}"),
        ("control characters", f"RelayState={quote(control)}&SAMLart={{a}}"),
        ("an address", f"RelayState={quote('https://elsewhere.example/')}&SAMLart={{a}}"),
        ("a scheme-less address", f"RelayState={quote('//elsewhere.example/')}&SAMLart={{a}}"),
        ("not text", "RelayState=%ff%fe&SAMLart={a}"),
        ("doubled artifact", "RelayState={r}&SAMLart={a}&SAMLart={a}"),
        ("an artifact of nobody", "RelayState={r}&SAMLart=" + quote("AAQAAA" + "x" * 54)),
        ("a very long artifact", "RelayState={r}&SAMLart=" + "A" * 3000),
        ("an artifact with a line end", "RelayState={r}&SAMLart={a}%0d%0a"),
        ("a response in the query", "RelayState={r}&SAMLResponse=PHg%2BPC94Pg%3D%3D"),
    ]


@pytest.mark.parametrize(("what", "query"), _tampered(), ids=[what for what, _ in _tampered()])
def test_tampered_answer_logs_nobody_in(system: System, what: str, query: str) -> None:
    """B1-32: every form ends on one of our own pages, with a line in the log and no address followed."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    genuine = parse_qs(urlsplit(_stop_before_acs(system, browser)).query)
    parts = {"r": quote(genuine["RelayState"][0]), "a": quote(genuine["SAMLart"][0], safe="")}
    story = system.story()
    page = browser.open(f"{system.issuer}{ACS}?{query.format(**parts)}")
    assert urlsplit(page.url).netloc == urlsplit(system.issuer).netloc
    assert page.status in {200, 400}
    assert page.header("Content-Type") == "text/html; charset=utf-8"
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert "elsewhere.example" not in page.html
    assert [(event.kind, event.result) for event in story.events()] == [
        ("login.provider-answered", "refused")
    ]
    assert not _is_logged_in(system, browser)


@pytest.mark.parametrize("path", ["/saml/vgz/digid/acs", "/saml/CZ/digid/acs", "/saml/cz/eherkenning/acs"])
def test_answer_at_another_brand_is_no_login(system: System, path: str) -> None:
    """The brand in the path is the one that asked, or there is nothing there."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    address = _stop_before_acs(system, browser)
    page = browser.open(address.replace(ACS, path))
    assert (page.status, page.heading) == (404, "Deze pagina bestaat niet")
    assert SESSION_COOKIE not in browser.cookies(system.issuer)
    assert system.portal().answer(browser.open(address).url)["iss"] == system.issuer


@pytest.mark.parametrize("brand", ["elders", "CZ", "%00"])
def test_attempt_at_another_brand_does_not_exist(system: System, brand: str) -> None:
    """Nothing leaks from one brand to another."""
    browser = system.browser()
    start = browser.open(system.portal().begin().url).url
    assert browser.open(start.replace("/cz/", f"/{brand}/")).status == 404


def test_attempt_of_one_brand_is_unknown_at_another(system: System) -> None:
    """The page of the other brand knows nothing of it, and leads to that brand's own portals."""
    browser = system.browser()
    start = browser.open(system.portal().begin().url).url
    page = browser.open(start.replace("/cz/", "/vgz/"))
    assert (page.status, page.heading) == (400, "Deze inlogpagina werkt niet meer")
    assert page.soup.find("a", href=system.settings.portals["mijn-vgz-zakelijk"].url)
    assert not page.soup.find("a", href="http://127.0.0.1:8401/")
