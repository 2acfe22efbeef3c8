"""What somebody sees of what we keep of them, takes along, and has taken out."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from broker.domain.bsn import Bsn
from broker.domain.collectivity import Collectivity, CollectivityId, CollectivityNumber, CustomerNumber
from broker.domain.identity import EherkenningIdentity
from broker.domain.organisation import KvkNumber, Organisation
from broker.domain.representation import LegalSubject
from broker.domain.rights import RoleGrant
from broker.domain.roles import RoleId
from broker.storage.role_grants import RoleGrantRepository
from broker.wiring.repositories import account_repository, binding_repository, collectivity_repository
from tests.support.account_area import CONFIRM_CODE, at, inside, notice
from tests.support.business import IZA, PASSWORD, Business
from tests.support.system import System, digid_of

pytestmark = pytest.mark.flow


def test_log_tells_the_owner_what_happened(business: Business) -> None:
    """In words, the newest first, and nothing of anybody else."""
    inside(business.colleague(IZA))
    bea = inside(business.colleague(IZA).with_app())
    at(bea, "password")
    bea.browser.press(
        "Wachtwoord wijzigen", current="niet dit wachtwoord", password="zeven paarse krokodillen"
    )
    page = at(bea, "log")
    said = [item.get_text(" ", strip=True) for item in page.soup.select(".own-events li")]
    assert "Wachtwoord niet gewijzigd: het huidige klopte niet niet gelukt" in said[0]
    assert any("Ingelogd bij Mijn IZA" in line for line in said)
    assert any("Code ingevuld, met een app" in line for line in said)
    assert len(said) == 4
    english = at(bea, "log?lang=en")
    assert "Logged in at Mijn IZA" in english.text


def test_shared_data_names_the_portals_where_somebody_was(business: Business) -> None:
    """What the portal's contract lets it have, in words; a portal without a login is not there."""
    bea = inside(business.colleague().with_app())
    page = at(bea, "shared")
    assert [found.get_text(strip=True) for found in page.soup.select(".own-things h2")] == [
        "Mijn CZ Zakelijk"
    ]
    told = [found.get_text(strip=True) for found in page.soup.select(".own-things .tips li")]
    assert {"Uw naam", "Uw e-mailadres"} <= set(told)
    assert not any("BSN" in line for line in told)
    assert len(told) == len(set(told))


def test_export_is_a_file_with_what_we_keep_and_without_secrets(business: Business) -> None:
    """JSON by POST, never kept by the browser; written down."""
    bea = inside(business.colleague().with_app().with_phone().with_recovery_codes())
    at(bea, "export")
    story = business.system.story()
    page = bea.browser.press("Download uw gegevens")
    assert page.header("Content-Type") == "application/json"
    assert page.header("Cache-Control") == "no-store"
    assert (page.header("Content-Disposition") or "").startswith("attachment;")
    found = json.loads(page.html)
    assert found["account"] == {"type": "business", "name": "Bea Bakker", "email": bea.account.email}
    assert [factor["kind"] for factor in found["second_factors"]] == ["totp", "sms"]
    assert found["devices"]
    assert found["sessions"]
    assert "login.granted" in {event["kind"] for event in found["events"]}
    assert "argon2" not in page.html
    assert PASSWORD not in page.html
    assert not any(code in page.html for code in bea.recovery_codes)
    assert story.kinds() == ["account.exported-by-owner"]


def test_export_tells_for_whom_somebody_works_and_who_vouches_for_them(business: Business) -> None:
    """Collectivities, roles and the organisations of eHerkenning are kept of a person as well."""
    bea, stores = inside(business.colleague(IZA)), business.system.stores
    bakery = Organisation(KvkNumber("12345678"), None, "Bakkerij De Vries")
    place = Collectivity(
        CollectivityId(str(uuid4())), "iza", CollectivityNumber("77"), CustomerNumber("7"), "De Vries", bakery
    )
    collectivities, bindings = collectivity_repository(stores), binding_repository(stores)
    collectivities.put_organisation("iza", bakery)
    collectivities.put_collectivity(place)
    collectivities.add_member(bea.account.id, place)
    grant = RoleGrant(bea.account.id, place.id, RoleId("beheerder"), stores.clock(), reason="vervangt Ans")
    RoleGrantRepository(stores.database).put(grant)
    bindings.keep_code(bea.account, "CODE", expires_at=stores.clock() + timedelta(days=1))
    assert bindings.bind("iza", "CODE", EherkenningIdentity("pseudonym-of-bea", LegalSubject(bakery.kvk)))
    at(bea, "export")
    page = bea.browser.press("Download uw gegevens")
    found = json.loads(page.html)
    assert found["collectivities"] == ["77"]
    assert [(role["collectivity"], role["role"], role["reason"]) for role in found["roles"]] == [
        ("77", "beheerder", "vervangt Ans")
    ]
    assert found["eherkenning"] == ["kvk:12345678"]
    assert "pseudonym-of-bea" not in page.html


def test_colleague_erases_everything_of_themselves(business: Business) -> None:
    """Sure, and fresh with all that they have; a mail tells, and the address is free for somebody else."""
    bea = inside(business.colleague(IZA).with_app())
    tokens = bea.portal.tokens(bea.page.url, bea.attempt)
    page = at(bea, "erase")
    assert "BSN" not in page.text
    assert bea.browser.press("Account verwijderen").status == 422
    story = business.system.story()
    page = bea.browser.press("Account verwijderen", sure="yes")
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert story.kinds() == ["account.erased-by-owner", "audit.person-erased", "session.ended"]
    assert bea.kinds == []
    assert bea.portal.userinfo(tokens.access_token).status_code == 401
    accounts = account_repository(business.system.stores)
    assert not accounts.is_address_in_use("iza", bea.account.email)
    assert bea.worker.mails_to(bea.account.email)[-1] == "Uw account is verwijderd – IZA"
    bea.log_in()
    assert not bea.is_in
    assert bea.page.heading == "Inloggen bij Mijn IZA"


def test_colleague_proves_who_they_are_before_erasing(business: Business) -> None:
    """A32: after five minutes password and code are asked for; the box is ticked again after that."""
    bea = inside(business.colleague(IZA).with_app())
    business.pass_time(6 * 60)
    at(bea, "erase")
    page = bea.browser.press("Account verwijderen", sure="yes")
    assert page.heading == "Bevestig dat u het bent"
    assert "U gaat uw account verwijderen" in page.text
    bea.browser.press("Verder", password=PASSWORD)
    page = bea.browser.press(CONFIRM_CODE, code=bea.app_code())
    assert (page.heading, notice(page)) == ("Account verwijderen", "U heeft bevestigd dat u het bent")
    assert account_repository(business.system.stores).is_address_in_use("iza", bea.account.email)
    assert bea.browser.press("Account verwijderen", sure="yes").heading == "U bent uitgelogd"
    assert not account_repository(business.system.stores).is_address_in_use("iza", bea.account.email)


def test_consumer_erases_everything_of_themselves(own_system: System) -> None:
    """Sure, and fresh; then nobody is found by the BSN, and the session is over."""
    browser, bsn = own_system.browser(), Bsn(digid_of("sanne").bsn)
    own_system.enter(browser)
    page = browser.open(f"{own_system.issuer}/cz/account/erase")
    assert browser.press("Account verwijderen").status == 422
    story = own_system.story()
    page = browser.press("Account verwijderen", sure="yes")
    assert (page.status, page.heading) == (200, "U bent uitgelogd")
    assert account_repository(own_system.stores).find_by_digid("cz", bsn) is None
    assert story.kinds()[0] == "account.erased-by-owner"
    assert "audit.person-erased" in story.kinds()
    assert "session.ended" in story.kinds()
    assert browser.open(f"{own_system.issuer}/cz/account/").status == 403


def test_erasing_needs_a_login_of_this_moment(own_system: System) -> None:
    """A32: after five minutes the person is sent to log in with DigiD again, and nothing is erased."""
    browser, bsn = own_system.browser(), Bsn(digid_of("sanne").bsn)
    own_system.enter(browser)
    own_system.clock.advance(6 * 60)
    browser.open(f"{own_system.issuer}/cz/account/erase")
    page = browser.press("Account verwijderen", sure="yes")
    assert page.heading == "Bevestig dat u het bent"
    assert "inloggen met DigiD" in page.text
    assert account_repository(own_system.stores).find_by_digid("cz", bsn) is not None
