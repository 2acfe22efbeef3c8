"""Logging in with an e-mail address and a password: the straight road, its refusals, one login for all."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from broker.domain.accounts import Account, AccountId, AccountState
from broker.domain.second_factors import FactorKind
from broker.storage.passwords import PasswordRepository
from broker.storage.second_factors import SecondFactorRepository
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from tests.support.browser import Browser
from tests.support.relying_party import Attempt, RelyingParty
from tests.support.servers import running_redis
from tests.support.system import Plan, System, running_system

pytestmark = pytest.mark.flow

PASSWORD = "drie groene olifanten"
ZAKELIJK, OTHER = "mijn-cz-zakelijk", "mijn-iza"
SESSION_COOKIE, DEVICE_COOKIE = "__Host-voordeur-session-cz", "__Host-voordeur-device-cz"
PASSWORD_ONLY = "urn:voordeur:loa:password"
WITH_APP = "urn:voordeur:loa:password-totp"
# The business portal of the sample, where a second factor is left to people and tokens are read by this
# suite's portal; and a second one of the same brand.
CHANGES = {
    '{ password = "sms" }': '{ password = "password" }',
    'id_token_signed_response_alg = "PS256"': (
        'id_token_signed_response_alg = "ES256"\nid_token_encrypted_response_alg = "RSA-OAEP-256"'
    ),
    '"email", "assurance", "idp", "account_type", "session_expires_at"': (
        '"email", "amr", "assurance", "idp", "account_type", "session_expires_at"'
    ),
    "mijn-cz-zakelijk.public.jwks": "mijn-cz.public.jwks",
    'brand = "iza"': 'brand = "cz"',
}


@dataclass
class Business:
    """The whole broker with somebody who has a password."""

    system: System
    account: Account

    def portal(self, name: str = ZAKELIJK) -> RelyingParty:
        registered = self.system.settings.portals[name].client
        keys = json.loads((self.system.state / "portals/mijn-cz.private.jwks").read_text())["keys"]
        return RelyingParty(
            self.system.broker,
            self.system.issuer,
            keys,
            self.system.clock,
            client_id=name,
            redirect_uri=registered.redirect_uris[0],
        )

    def open(self, browser: Browser, name: str = ZAKELIJK, **changes: str) -> Attempt:
        attempt = self.portal(name).begin(**changes)
        browser.open(attempt.url)
        return attempt

    def enter(self, browser: Browser, **changes: str) -> dict[str, object]:
        """Log in, and give what the portal then knows."""
        attempt = self.open(browser, **changes)
        page = browser.press("Inloggen", email=self.account.email, password=PASSWORD)
        return self.portal().tokens(page.url, attempt).claims

    def add_app(self) -> None:
        factors = SecondFactorRepository(self.system.stores.database, self.system.stores.keys.columns)
        assert factors.add_totp(self.account.id, b"k" * 20, 1, self.system.stores.clock())

    def set_state(self, state: AccountState) -> None:
        assert account_repository(self.system.stores).set_state(self.account.id, state)


@pytest.fixture(scope="module")
def business_system(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[System]:
    """A system with two business portals of one brand, for all tests here: each has a person of its own."""
    folder = tmp_path_factory.mktemp("business")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(demo_pki, redis.url, f"sqlite:///{file}", replaced=CHANGES)
        with running_system(folder, plan) as running:
            yield running


@pytest.fixture(scope="module")
def hashed() -> str:
    """The password of everybody here, as it is kept."""
    return password_hashing().hash(PASSWORD)


@pytest.fixture
def business(business_system: System, hashed: str) -> Business:
    """Somebody new who has a password."""
    stores, name = business_system.stores, uuid4()
    account = account_repository(stores).add_business(
        "cz",
        "Bea Bakker",
        f"bea.{name.hex}@bedrijf.example",
        state=AccountState.ACTIVE,
        new_id=AccountId(str(name)),
    )
    assert isinstance(account, Account)
    PasswordRepository(stores.database).put(account.id, hashed, at=stores.clock())
    return Business(business_system, account)


def test_password_leads_to_the_portal_with_its_own_level(business: Business) -> None:
    """No BSN, our own acr, and the methods for a portal whose contract has them."""
    browser, story = business.system.browser(), business.system.story()
    claims = business.enter(browser)
    assert (claims["name"], claims["email"]) == ("Bea Bakker", business.account.email)
    assert (claims["acr"], claims["idp"], claims["account_type"]) == (PASSWORD_ONLY, "password", "business")
    assert claims["assurance"] == {"scheme": "password", "level": "password"}
    assert claims["amr"] == ["pwd"]
    assert "bsn" not in claims
    assert story.kinds() == ["login.started", "login.provider-answered", "login.granted", "tokens.issued"]
    assert {SESSION_COOKIE, DEVICE_COOKIE} <= browser.cookies(business.system.issuer).keys()


def test_login_page_has_the_words_that_people_look_for(business: Business) -> None:
    """J5: two fields and a button, and no link to a page that is not there."""
    browser = business.system.browser()
    business.open(browser)
    form = browser.page.form("Inloggen")
    labels = [label.get_text(strip=True) for label in form.find_all("label")]
    assert labels == ["E-mailadres", "Wachtwoord"]
    kinds = {str(field["name"]): str(field["autocomplete"]) for field in form.select("input[autocomplete]")}
    assert kinds == {"email": "username", "password": "current-password"}
    served = "reset.ask" in business.system.broker.view_functions  # type: ignore[attr-defined]  # It is Flask here.
    assert ("Wachtwoord vergeten?" in browser.page.text) == served


def _refused(business: Business, **typed: str) -> tuple[int, str, str]:
    """Where a try ends: status, path without the attempt, and the page without what is new each time."""
    browser = business.system.browser()
    business.open(browser)
    attempt = urlsplit(browser.page.url).path.rsplit("/", 1)[1]
    page = browser.press("Inloggen", **{"email": business.account.email, "password": PASSWORD, **typed})
    assert (typed.get("email") or business.account.email) not in page.url + page.html
    assert SESSION_COOKIE not in browser.cookies(business.system.issuer)
    shown = page.html.replace(page.support_code or "-", "").replace(attempt, "")
    shown = re.sub(r'(name="csrf_token" value=|nonce=|action=)"[^"]*"', "", shown)
    return page.status, urlsplit(page.url).path.replace(attempt, ""), shown


def test_every_refusal_looks_the_same(business: Business) -> None:
    """B4-02: unknown, wrong, too large, empty, held and not active: one page, to the letter."""
    wrong = _refused(business, password="niet het wachtwoord")
    assert wrong[:2] == (200, "/cz/login/")
    assert "Het e-mailadres of het wachtwoord klopt niet." in wrong[2]
    assert _refused(business, email="niemand@elders.example") == wrong
    assert _refused(business, password="x" * 5000) == wrong
    assert _refused(business, email="", password="") == wrong
    for state in (AccountState.HELD, AccountState.INVITED, AccountState.DISABLED):
        business.set_state(state)
        assert _refused(business) == wrong


def test_right_password_goes_through_after_a_wrong_one(business: Business) -> None:
    """The attempt goes on; the notice is gone with it."""
    browser = business.system.browser()
    attempt = business.open(browser)
    browser.press("Inloggen", email=business.account.email, password="niet dit")
    page = browser.press("Inloggen", email=business.account.email, password=PASSWORD)
    assert business.portal().tokens(page.url, attempt).claims["email"] == business.account.email


def test_reason_of_a_refusal_stands_in_the_audit_log_alone(business: Business) -> None:
    """The desk finds by the support code what the page does not say."""
    browser, story = business.system.browser(), business.system.story()
    business.open(browser)
    page = browser.press("Inloggen", email="niemand@elders.example", password=PASSWORD)
    event = next(event for event in story.events() if event.kind == "login.provider-answered")
    assert (event.result, event.detail["reason"]) == ("refused", "password.unknown")
    assert event.support_code == page.support_code
    assert "niemand" not in json.dumps(event.detail)


def test_password_of_a_megabyte_is_refused_before_it_is_read(business: Business) -> None:
    """B4-19: 413, and nothing written down of an answer."""
    browser = business.system.browser()
    business.open(browser)
    story = business.system.story()
    page = browser.press("Inloggen", email=business.account.email, password="x" * 1_000_000)
    assert (page.status, page.heading) == (413, "Dit bericht is te groot")
    assert story.kinds() == []


def test_password_without_our_own_page_is_refused(business: Business) -> None:
    """Nobody logs somebody else's browser in as themselves (login CSRF, B4-18)."""
    browser = business.system.browser()
    business.open(browser)
    address = f"{browser.page.url}/password"
    page = browser.post_from_elsewhere(address, {"email": business.account.email, "password": PASSWORD})
    assert page.status in {400, 403}
    page = browser.post_here(address, {"email": business.account.email, "password": PASSWORD})
    assert page.status in {400, 403}
    assert SESSION_COOKIE not in browser.cookies(business.system.issuer)


def test_portal_of_consumers_takes_no_password(business: Business) -> None:
    """The form's address exists for every attempt; the pipeline says no."""
    system, browser, story = business.system, business.system.browser(), business.system.story()
    browser.open(system.portal().begin().url)
    token = str(browser.page.form("Inloggen met DigiD").select_one("input[name=csrf_token]")["value"])  # type: ignore[index]  # Each form has one.
    typed = {"csrf_token": token, "email": business.account.email, "password": PASSWORD}
    page = browser.post_here(f"{browser.page.url}/password", typed)
    assert page.status == 400
    assert story.kinds() == ["login.started"]


def test_one_login_serves_every_business_portal_of_the_brand(business: Business) -> None:
    """The second portal gets a code without a page; the consumers' portal asks for DigiD."""
    browser = business.system.browser()
    business.enter(browser)
    attempt = business.open(browser, OTHER)
    assert business.portal(OTHER).answer(browser.page.url)["state"] == attempt.state
    browser.open(business.system.portal().begin().url)
    assert browser.page.heading == "Inloggen bij Mijn CZ"


def test_new_password_login_keeps_the_session_and_changes_its_secret(business: Business) -> None:
    """Portals keep recognising it; a cookie of before proves nothing (session fixation)."""
    browser = business.system.browser()
    first = business.enter(browser)
    before = browser.cookies(business.system.issuer)
    second = business.enter(browser, prompt="login")
    after = browser.cookies(business.system.issuer)
    assert first["sid"] == second["sid"]
    assert before[SESSION_COOKIE] != after[SESSION_COOKIE]
    assert before[DEVICE_COOKIE] == after[DEVICE_COOKIE]


def test_right_password_with_a_factor_opens_nothing_yet(business: Business) -> None:
    """J23, B4-12: no session and no code; the browser is sent to the second step, which keeps who it is."""
    business.add_app()
    browser, story = business.system.browser(), business.system.story()
    business.open(browser)
    page = browser.press("Inloggen", email=business.account.email, password=PASSWORD)
    assert urlsplit(page.url).path.endswith("/second-factor")
    assert SESSION_COOKIE not in browser.cookies(business.system.issuer)
    assert story.kinds() == ["login.started", "login.provider-answered", "second-factor.asked"]
    asked = story.last()
    assert (asked.account_id, asked.detail["factors"]) == (business.account.id, FactorKind.TOTP.value)
    # Going round the page leads nowhere: not by the portal, and not by the pages of registration.
    silent = browser.open(business.portal().begin(prompt="none").url)
    assert business.portal().answer(silent.url)["error"] == "login_required"
    registration = page.url.replace("/second-factor", "/register")
    assert browser.open(registration).status == 400


def test_request_for_a_higher_level_asks_only_for_what_is_missing(business: Business) -> None:
    """Step-up: the running session brings the password, the app is asked; nothing is given before."""
    browser = business.system.browser()
    business.enter(browser)
    business.add_app()
    story = business.system.story()
    business.open(browser, acr_values=WITH_APP)
    assert urlsplit(browser.page.url).path.endswith("/second-factor")
    assert story.kinds() == ["login.started", "second-factor.asked"]


def test_level_that_the_portal_does_not_offer_is_refused_when_it_is_essential(business: Business) -> None:
    """Core 5.5.1.1: met or an error, never less; as a wish it locks nobody out."""
    for asked, error in (
        ("urn:voordeur:loa:password-passkey", "unmet_authentication_requirements"),
        ("http://eidas.europa.eu/LoA/substantial", "unmet_authentication_requirements"),
    ):
        browser = business.system.browser()
        wanted = {"id_token": {"acr": {"essential": True, "values": [asked]}}}
        business.open(browser, claims=json.dumps(wanted))
        assert business.portal().answer(browser.page.url)["error"] == error
        assert business.enter(business.system.browser(), acr_values=asked)["acr"] == PASSWORD_ONLY


def test_discovery_tells_the_levels_of_every_portal(business: Business) -> None:
    """DigiD's and our own, as far as some portal reaches."""
    found = business.system.broker_answer(f"{business.system.issuer}/.well-known/openid-configuration").json
    assert found is not None
    assert {PASSWORD_ONLY, WITH_APP, "http://eidas.europa.eu/LoA/high"} <= set(found["acr_values_supported"])
    assert "urn:voordeur:loa:password-passkey" not in found["acr_values_supported"]
