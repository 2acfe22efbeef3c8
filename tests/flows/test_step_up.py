"""Step-up: a running session is asked for what it lacks, and for nothing else (B2-02, A15, A27)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from broker.sessions.session import Session
from broker.sessions.store import SessionStore
from broker.storage.passwords import PasswordRepository
from broker.wiring.stores import session_store
from tests.support.browser import Page
from tests.support.business import Business, Colleague, running_business
from tests.support.one_brand import MILD, ONE_BRAND, STRICT
from tests.support.servers import running_redis
from tests.support.system import Plan, running_system

pytestmark = pytest.mark.flow

ASK, CONFIRM = "Vul de verificatiecode in", "Code bevestigen"
SESSION_COOKIE = "__Host-voordeur-session-cz"
PASSWORD_ONLY = "urn:voordeur:loa:password"
WITH_SMS, WITH_APP = "urn:voordeur:loa:password-sms", "urn:voordeur:loa:password-totp"
WITH_PASSKEY = "urn:voordeur:loa:password-passkey"
LOW, SUBSTANTIAL = "http://eidas.europa.eu/LoA/low", "http://eidas.europa.eu/LoA/substantial"


@pytest.fixture(scope="module")
def brand(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Business]:
    """Two portals of one brand; each test has people of its own."""
    folder = tmp_path_factory.mktemp("brand")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=ONE_BRAND)
        with running_system(folder, plan) as running, running_business(running) as made:
            yield made


def essential(*acr: str) -> str:
    """The claims parameter that demands one of these."""
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(acr)}}})


def by_text(brand: Business) -> Colleague:
    """Somebody who is at the mild portal by password and a text message."""
    person = brand.colleague().at(MILD).with_phone()
    person.log_in()
    person.browser.press(CONFIRM, code=person.worker.last_code())
    assert person.is_in
    return person


def _store(brand: Business) -> SessionStore:
    return session_store(brand.system.stores)


def _sessions(brand: Business, person: Colleague) -> tuple[Session, ...]:
    return _store(brand).of_account("cz", person.account.id, now=brand.system.clock())


def path_of(page: Page) -> str:
    """Where the browser is."""
    return urlsplit(page.url).path


def error_of(person: Colleague) -> str | None:
    """What the portal hears."""
    return person.portal.answer(person.page.url).get("error")


def silently(person: Colleague, **changes: str) -> Colleague:
    """Ask once more without a page."""
    person.arrive(prompt="none", **changes)
    return person


ASKED = {
    "acr_values": (MILD, {"acr_values": WITH_APP}),
    "several acr_values": (MILD, {"acr_values": f"{WITH_PASSKEY} {WITH_APP} {SUBSTANTIAL}"}),
    "essential acr": (MILD, {"claims": essential(WITH_APP)}),
    "portal's minimum": (STRICT, {}),
}


@pytest.mark.parametrize("way", ASKED)
def test_step_up_asks_for_the_missing_factor_and_nothing_else(brand: Business, way: str) -> None:
    """By text message, and an app is asked: sid and absolute end stay, cookie and moment are new."""
    portal, wanted = ASKED[way]
    person = by_text(brand)
    first, cookie = person.claims(), person.browser.cookies(person.system.issuer)[SESSION_COOKIE]
    assert first["acr"] == WITH_SMS
    person, story = person.with_app().at(portal), person.system.story()
    brand.pass_time(60)
    page = person.arrive(**wanted)
    assert (page.heading, page.soup.select("input[type=password]")) == (ASK, [])
    assert silently(person.at(MILD)).is_in
    person.arrive(**wanted)
    person.browser.press(CONFIRM, code=person.app_code())
    second = person.claims()
    assert (second["sid"], second["session_expires_at"]) == (first["sid"], first["session_expires_at"])
    assert (second["acr"], second["amr"]) == (WITH_APP, ["pwd", "otp", "mfa"])
    assert 60 <= int(str(second["auth_time"])) - int(str(first["auth_time"])) <= 120
    assert "login.provider-answered" not in story.kinds()
    thief = person.elsewhere()
    thief.browser.plant(person.system.issuer, SESSION_COOKIE, cookie)
    assert error_of(silently(thief)) == "login_required"
    assert silently(person).claims()["auth_time"] == second["auth_time"]


def test_step_up_to_an_app_takes_no_text_message(brand: Business) -> None:
    """A15: it is not offered, and whoever asks for it by hand is sent no text and let in by none."""
    person = by_text(brand).with_app()
    page = person.arrive(acr_values=WITH_APP)
    assert "Gebruik een sms" not in page.text
    sent = len(person.worker.desk.taken)
    form = page.form(CONFIRM)
    fields = {str(found["name"]): str(found["value"]) for found in form.select("input[type=hidden]")}
    for place, typed in (("way", {"way": "sms"}), ("code", {"way": "sms", "code": person.app_code()})):
        answer = person.browser.post_here(f"{page.url}/{place}", fields | typed)
        assert (answer.heading, path_of(answer)) == (ASK, path_of(page))
    person.worker.delivery.run()
    assert len(person.worker.desk.taken) == sent
    assert silently(person).claims()["acr"] == WITH_SMS


def test_level_that_is_missing_and_cannot_be_set_up_here_is_told_with_the_way_to_get_it(
    brand: Business,
) -> None:
    """The page names what is missing and where it can be had; the session goes on as it was."""
    person = by_text(brand)
    for wanted in ({"acr_values": WITH_APP}, {"claims": essential(WITH_APP)}):
        page = person.arrive(**wanted)
        assert (page.status, page.heading) == (403, "Hiervoor is een authenticator-app nodig")
        ways_on = {link.get_text(strip=True): link["href"] for link in page.soup.select("main a.button")}
        assert ways_on == {"Naar Mijn CZ Zakelijk": "http://127.0.0.1:8402/"}
        assert "Instellingen" in page.text
    assert silently(person).claims()["acr"] == WITH_SMS
    assert error_of(silently(person, acr_values=WITH_APP)) == "login_required"
    anew = person.elsewhere()
    anew.log_in(acr_values=WITH_APP)
    brand.pass_time()
    page = anew.browser.press(CONFIRM, code=anew.worker.last_code())
    assert (page.status, page.heading) == (403, "Hiervoor is een authenticator-app nodig")
    assert not anew.has_session


def test_level_that_is_missing_and_can_be_set_up_takes_a_new_login(brand: Business) -> None:
    """A running session is no proof for a new factor: the login page says why, and then the wizard begins."""
    person = by_text(brand)
    first = person.claims()
    person = person.at(STRICT)
    page = person.arrive()
    assert page.heading == "Inloggen bij Mijn CZ Zakelijk"
    notice = page.soup.select_one(".notice-title")
    assert notice is not None
    assert notice.get_text(strip=True) == "Log nog een keer in"
    assert person.type_password().heading == ASK
    brand.pass_time()
    page = person.browser.press(CONFIRM, code=person.worker.last_code())
    assert page.heading == "Kies hoe u de verificatiecode wilt ontvangen"
    assert "sms" not in page.form("Code ontvangen via een app").get_text()
    secret = person.browser.press("Code ontvangen via een app").soup.select_one(".secret-text")
    assert secret is not None
    person.browser.press("Verder")
    brand.pass_time()
    shown = person.app_code(secret=secret.get_text(strip=True).replace(" ", ""))
    person.browser.press(CONFIRM, code=shown)
    second = person.claims()
    assert (second["sid"], second["acr"]) == (first["sid"], WITH_APP)


def test_silent_request_for_a_higher_level_is_refused_and_changes_nothing(brand: Business) -> None:
    """Core 3.1.2.6: no page may be shown, and the running session neither answers nor ends."""
    person = by_text(brand).with_app()
    for wanted in ({"acr_values": WITH_APP}, {"claims": essential(WITH_APP)}):
        assert error_of(silently(person, **wanted)) == "login_required"
    assert error_of(silently(person.at(STRICT))) == "login_required"
    assert silently(person).claims()["acr"] == WITH_SMS


def test_level_that_no_account_reaches_is_unmet_when_essential(brand: Business) -> None:
    """Core 5.5.1.1, with and without a session; as a wish it is left out of account."""
    person = by_text(brand).with_app()
    for beyond in (WITH_PASSKEY, SUBSTANTIAL, "http://eidas.europa.eu/LoA/high", "urn:voordeur:loa:basis"):
        for asking in (person, person.elsewhere()):
            asking.arrive(claims=essential(beyond))
            assert error_of(asking) == "unmet_authentication_requirements"
        person.arrive(acr_values=beyond)
        assert person.claims()["acr"] == WITH_SMS


def test_low_level_of_eidas_is_met_by_a_second_factor_of_any_kind_and_not_by_a_password(
    brand: Business,
) -> None:
    """The session by text message and the one by app answer at once; a password alone does not."""
    person = by_text(brand)
    assert silently(person, claims=essential(LOW)).claims()["acr"] == WITH_SMS
    app = brand.colleague().at(MILD).with_app()
    app.log_in()
    app.browser.press(CONFIRM, code=app.app_code())
    assert silently(app, claims=essential(LOW)).claims()["acr"] == WITH_APP
    plain = brand.colleague().at(MILD)
    plain.log_in()
    assert plain.claims()["acr"] == PASSWORD_ONLY
    assert error_of(silently(plain, claims=essential(LOW))) == "login_required"


@pytest.mark.parametrize("wanted", [{"prompt": "login"}, {"max_age": "0"}, {"max_age": "30"}])
def test_request_for_a_new_login_asks_for_all_of_it(brand: Business, wanted: dict[str, str]) -> None:
    """Not for a factor alone, although that would raise the level."""
    person = by_text(brand).with_app()
    first = person.claims()
    brand.pass_time(60)
    page = person.arrive(acr_values=WITH_APP, **wanted)
    assert page.heading == "Inloggen bij Mijn IZA"
    assert page.soup.select("input[type=password]") != []
    person.type_password()
    person.browser.press(CONFIRM, code=person.app_code())
    second = person.claims()
    assert (second["sid"], second["acr"]) == (first["sid"], WITH_APP)
    assert int(str(second["auth_time"])) >= int(str(first["auth_time"])) + 60


def test_step_up_of_a_session_that_ended_meanwhile_opens_none(brand: Business) -> None:
    """What the session lent goes with it: the code of the app is right and nobody is logged in."""
    person = by_text(brand).with_app()
    person.claims()
    page = person.arrive(acr_values=WITH_APP)
    token = page.soup.select_one("input[name=csrf_token]")
    assert token is not None
    (session,) = _sessions(brand, person)
    _store(brand).end(session, now=brand.system.clock())
    page = person.browser.press(CONFIRM, code=person.app_code())
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert _sessions(brand, person) == ()
    assert error_of(silently(person)) == "login_required"


def test_step_up_in_a_browser_without_the_session_opens_none(brand: Business) -> None:
    """No way round the absolute end: a factor alone never makes a session of its own."""
    person = by_text(brand).with_app()
    person.arrive(acr_values=WITH_APP)
    person.browser.plant(person.system.issuer, SESSION_COOKIE, "gone")
    page = person.browser.press(CONFIRM, code=person.app_code())
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert len(_sessions(brand, person)) == 1


def test_password_that_was_changed_meanwhile_opens_nothing(brand: Business) -> None:
    """Typed before the change, the code given after it: the old password is not worth a session any more."""
    person = brand.colleague().at(MILD).with_app()
    assert person.log_in().heading == ASK
    brand.pass_time(5)
    stores = brand.system.stores
    PasswordRepository(stores.database).put(person.account.id, "another hash", at=stores.clock())
    page = person.browser.press(CONFIRM, code=person.app_code())
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert not person.has_session
    assert _sessions(brand, person) == ()
