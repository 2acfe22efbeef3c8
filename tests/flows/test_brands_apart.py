"""What a login is not good for: another brand, another kind of portal, another account of one address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from broker.domain.accounts import Account, AccountId, AccountState
from broker.sessions.session import Session
from broker.storage.known_devices import KnownDevices
from broker.storage.passwords import PasswordRepository
from broker.wiring.account_administration import account_administration
from broker.wiring.passwords import password_hashing
from broker.wiring.repositories import account_repository
from broker.wiring.stores import session_store
from tests.support.business import (
    IZA,
    PASSWORD,
    READABLE,
    VGZ,
    ZAKELIJK,
    Business,
    Colleague,
    running_business,
)
from tests.support.relying_party import RelyingParty
from tests.support.servers import running_redis
from tests.support.system import Plan, running_system

pytestmark = pytest.mark.flow

CONFIRM, OTHER_PASSWORD = "Code bevestigen", "vier paarse giraffen"
SECOND_DIGID = "cz-ander"


@pytest.fixture(scope="module")
def business(
    tmp_path_factory: pytest.TempPathFactory, demo_pki: Path, sqlite_template: bytes
) -> Iterator[Business]:
    """The sample's portals, and a second one of CZ where people come by DigiD."""
    folder = tmp_path_factory.mktemp("apart")
    file = folder / "voordeur.sqlite3"
    file.write_bytes(sqlite_template)
    with running_redis("--appendonly", "no") as redis:
        plan = Plan(
            demo_pki,
            redis.url,
            f"sqlite:///{file}",
            replaced=READABLE,
            second_portal=SECOND_DIGID,
        )
        with running_system(folder, plan) as running, running_business(running) as made:
            yield made


def by_digid(business: Business, client_id: str = "mijn-cz") -> RelyingParty:
    """A portal for consumers."""
    registered = business.system.settings.portals[client_id].client
    return replace(business.system.portal(), client_id=client_id, redirect_uri=registered.redirect_uris[0])


def logged_in(business: Business) -> Colleague:
    """Somebody who is at Mijn CZ Zakelijk, by an app."""
    person = business.colleague(ZAKELIJK).with_app()
    person.log_in()
    person.browser.press(CONFIRM, code=person.app_code())
    assert person.is_in
    return person


def test_business_session_gives_nothing_at_another_brand(business: Business) -> None:
    """Not in silence, and not with a page: the other brand asks who is there."""
    person = logged_in(business)
    for name in (IZA, VGZ):
        there = person.at(name)
        there.arrive(prompt="none")
        assert there.portal.answer(there.page.url)["error"] == "login_required"
        page = there.arrive()
        assert page.heading == f"Inloggen bij {business.system.settings.portals[name].name}"
        assert person.account.email not in page.html
        assert there.type_password().heading == page.heading
    person.arrive(prompt="none")
    assert person.is_in


def test_business_session_gives_nothing_where_people_come_by_digid(business: Business) -> None:
    """Mijn CZ is of the same brand and for other accounts: the page offers DigiD and nothing else."""
    person = logged_in(business)
    portal = by_digid(business)
    page = person.browser.open(portal.begin(prompt="none").url)
    assert portal.answer(page.url)["error"] == "login_required"
    page = person.browser.open(portal.begin().url)
    assert page.heading == "Inloggen bij Mijn CZ"
    assert page.soup.select("input[type=password]") == []
    person.arrive(prompt="none")
    assert person.is_in


def test_digid_session_gives_nothing_at_any_other_portal(business: Business) -> None:
    """Logius checklist D2: not at a second portal for DigiD, and not at a business portal of the brand."""
    system, browser = business.system, business.system.browser()
    system.enter(browser)
    second = by_digid(business, SECOND_DIGID)
    page = browser.open(second.begin(prompt="none").url)
    assert second.answer(page.url)["error"] == "login_required"
    assert browser.open(second.begin().url).heading == "Inloggen bij Ander portaal"
    person = replace(business.colleague(ZAKELIJK), browser=browser)
    person.arrive(prompt="none")
    assert person.portal.answer(person.page.url)["error"] == "login_required"
    page = person.arrive()
    assert page.heading == "Inloggen bij Mijn CZ Zakelijk"
    assert "DigiD" not in page.form("Inloggen").get_text()
    own = by_digid(business)
    assert "code" in own.answer(browser.open(own.begin(prompt="none").url).url)


def _twins(business: Business) -> tuple[Colleague, Colleague]:
    """One address at two brands, with a password each; IZA and VGZ ask for no second factor."""
    stores, address = business.system.stores, f"bea.{uuid4().hex}@bedrijf.example"
    made = []
    for portal, brand, password in ((IZA, "iza", PASSWORD), (VGZ, "vgz", OTHER_PASSWORD)):
        account = account_repository(stores).add_business(
            brand, "Bea Bakker", address, state=AccountState.ACTIVE, new_id=AccountId(str(uuid4()))
        )
        assert isinstance(account, Account)
        hashed = password_hashing().hash(password)
        PasswordRepository(stores.database).put(account.id, hashed, at=stores.clock())
        made.append(Colleague(business.system, business.worker, portal, account, business.system.browser()))
    first, second = made
    return first, replace(second, browser=first.browser)


def _enter(person: Colleague, password: str) -> bool:
    person.arrive(prompt="login")
    person.browser.press("Inloggen", email=person.account.email, password=password)
    return person.is_in


def _sessions(person: Colleague) -> tuple[Session, ...]:
    stores = person.system.stores
    return session_store(stores).of_account(person.account.brand, person.account.id, now=stores.clock())


def test_one_address_at_two_brands_is_two_accounts(business: Business) -> None:
    """Own passwords, sessions, subjects, cookies and devices, in one and the same browser."""
    iza, vgz = _twins(business)
    assert iza.account.id != vgz.account.id
    assert not _enter(iza, OTHER_PASSWORD)
    assert _enter(iza, PASSWORD)
    at_iza = iza.claims()
    vgz.arrive(prompt="none")
    assert vgz.portal.answer(vgz.page.url)["error"] == "login_required"
    assert not _enter(vgz, PASSWORD)
    assert _enter(vgz, OTHER_PASSWORD)
    at_vgz = vgz.claims()
    assert at_iza["email"] == at_vgz["email"]
    for apart in ("sub", "sid"):
        assert at_iza[apart] != at_vgz[apart]
    kept = iza.browser.cookies(business.system.issuer)
    for cookie in ("session", "device"):
        assert kept[f"__Host-voordeur-{cookie}-iza"] != kept[f"__Host-voordeur-{cookie}-vgz"]
    assert [one.sid for one in _sessions(iza)] == [at_iza["sid"]]
    assert [one.sid for one in _sessions(vgz)] == [at_vgz["sid"]]
    devices = KnownDevices(business.system.stores.database, business.system.stores.keys.columns)
    token = kept["__Host-voordeur-device-iza"]
    assert devices.is_known(iza.account.id, token)
    assert not devices.is_known(vgz.account.id, token)


def test_wrong_passwords_at_one_brand_bar_nobody_at_the_other(business: Business) -> None:
    """The same address from the same place: each brand counts for itself."""
    iza, vgz = _twins(business)
    strange = iza.elsewhere()
    for _ in range(12):
        assert not _enter(strange, "mis geraden wachtwoord")
    assert not _enter(strange, PASSWORD)
    assert _enter(vgz.elsewhere(), OTHER_PASSWORD)


def test_end_of_an_account_at_one_brand_leaves_the_other_one_alone(business: Business) -> None:
    """Closed by an operator at IZA: its session is over there, and goes on at VGZ."""
    iza, vgz = _twins(business)
    assert _enter(iza, PASSWORD)
    assert _enter(vgz, OTHER_PASSWORD)
    assert account_administration(business.system.stores).disable(iza.account)
    assert _sessions(iza) == ()
    iza.arrive(prompt="none")
    assert iza.portal.answer(iza.page.url)["error"] == "login_required"
    vgz.arrive(prompt="none")
    assert vgz.is_in
    assert len(_sessions(vgz)) == 1
