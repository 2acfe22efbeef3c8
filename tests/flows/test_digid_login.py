"""One login from the portal's request to the portal's claims, on real messages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.system import Plan, System, digid_of, someone
from tests.support.system_fixtures import SystemMaker

pytestmark = pytest.mark.flow


def test_digid_login_with_sms_brings_the_portal_its_claims(system: System) -> None:
    """J1: who, how sure, until when, and the BSN for the portal that may have it."""
    tokens = system.enter(system.browser())
    claims = tokens.claims
    assert claims["name"] == someone("sanne").name
    assert claims["bsn"] == digid_of("sanne").bsn
    assert claims["acr"] == "http://eidas.europa.eu/LoA/low"
    assert claims["assurance"] == {"scheme": "digid", "level": "midden"}
    assert claims["session_expires_at"] - claims["auth_time"] == pytest.approx(7200, abs=30)
    told = system.portal().userinfo(tokens.access_token).json
    assert told is not None
    assert told["sub"] == claims["sub"]
    assert "bsn" not in told


def test_digid_login_with_the_app_brings_the_portal_its_claims(system: System) -> None:
    """J2: confirmed on the phone with the PIN; the level is the one that DigiD states."""
    browser, portal = system.browser(), system.portal()
    attempt = portal.begin()
    browser.open(attempt.url)
    browser.press("Inloggen met DigiD")
    tokens = portal.tokens(system.pass_digid_with_app(browser, "fatima"), attempt)
    assert tokens.claims["bsn"] == digid_of("fatima").bsn
    assert tokens.claims["assurance"] == {"scheme": "digid", "level": "midden"}


def test_digid_app_of_another_person_confirms_nothing(system: System) -> None:
    """J2: two people share a telephone number for SMS, but an app is one person's."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    browser.follow("Met de DigiD app")
    browser.press("Inloggen", username=digid_of("ria").username)
    phone = system.digid.test_client()
    assert phone.get("/api/app/pending?person=henk").json == {"pending": []}
    assert system.answer_on_phone("ria", "confirm", pin=digid_of("ria").pin or "") == "confirmed"


def test_digid_login_leaves_its_story_in_the_audit_log(system: System) -> None:
    """Who asked, where the person was sent, what came back, what was given out: and no name or number."""
    story = system.story()
    tokens = system.enter(system.browser())
    assert story.kinds() == [
        "login.started",
        "login.sent-upstream",
        "login.provider-answered",
        "login.granted",
        "tokens.issued",
    ]
    events = story.events()
    assert {event.brand for event in events} == {"cz"}
    assert {event.result for event in events} == {"success"}
    assert [event.client_id for event in events if event.client_id] == ["mijn-cz"] * 4
    granted, issued = events[-2:]
    assert granted.account_id
    assert granted.detail["sid"] == issued.detail["sid"] == tokens.claims["sid"]
    assert digid_of("sanne").bsn not in str(events)
    assert someone("sanne").name not in str(events)


def test_digid_login_of_the_same_person_gives_the_same_subject(system: System) -> None:
    """The subject is stable for the sector, and says nothing of the BSN."""
    first, second = (system.enter(system.browser()).claims for _ in range(2))
    assert first["sub"] == second["sub"]
    assert digid_of("sanne").bsn not in first["sub"]
    assert first["sid"] != second["sid"]


def test_digid_logins_of_two_people_give_two_subjects(system: System) -> None:
    """Two people on one telephone number are two people."""
    henk, ria = (system.enter(system.browser(), person).claims for person in ("henk", "ria"))
    assert henk["sub"] != ria["sub"]
    assert (henk["bsn"], ria["bsn"]) == (digid_of("henk").bsn, digid_of("ria").bsn)


@pytest.mark.parametrize("signed", ["true", "false"])
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_digid_login_works_in_every_form_of_the_connection(
    plan: Plan, make_system: SystemMaker, binding: str, signed: str
) -> None:
    """Request by Redirect or POST, Assertion signed or only the message around it."""
    replaced = {
        'request_binding = "redirect"': f'request_binding = "{binding}"',
        "want_assertions_signed = true": f"want_assertions_signed = {signed}",
    }
    with make_system(replace(plan, replaced=replaced)) as system:
        portal, browser = system.portal(), system.browser()
        attempt = portal.begin()
        browser.open(attempt.url)
        browser.press("Inloggen met DigiD")
        if binding == "post":
            assert browser.page.heading == "U gaat verder naar DigiD"
            assert "form-action 'self' http://127.0.0.1:8100;" in (
                browser.page.header("Content-Security-Policy") or ""
            )
            browser.press("Doorgaan")
        claims = portal.tokens(system.pass_digid(browser), attempt).claims
        assert claims["bsn"] == digid_of("sanne").bsn
