"""What somebody sees of what we keep of them, takes along, and has taken out."""

from __future__ import annotations

import json

import pytest

from broker.domain.bsn import Bsn
from tests.support.account_area import at, inside
from tests.support.business import IZA, PASSWORD, Business
from tests.support.system import System, account_repository, digid_of

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


def test_colleague_cannot_erase_an_account_of_the_organisation(business: Business) -> None:
    """There is no such page."""
    bea = inside(business.colleague(IZA))
    assert at(bea, "erase").status == 404
    token = at(bea, "sessions").soup.select_one("input[name=csrf_token]")
    assert token is not None
    fields = {"csrf_token": str(token["value"]), "sure": "yes"}
    assert bea.browser.post_here(f"{business.system.issuer}/iza/account/erase", fields).status == 404
    assert at(bea).status == 200


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
