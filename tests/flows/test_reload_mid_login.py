"""A login that began before the configuration was changed ends by the rules of the moment it ends (B2-02)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from flask import Flask

from broker.app import create_app
from broker.settings.portal_file import MinimumLevel
from tests.support.system import System

pytestmark = pytest.mark.flow

_ELSEWHERE = {"client": {"redirect_uris": ("https://elsewhere.example/callback",)}}


def _changed(system: System, changes: Mapping[str, object]) -> Flask:
    """The broker after sections of the portal's file were changed."""
    portal = system.settings.portals["mijn-cz"]
    changed = portal.model_copy(
        update={
            section: getattr(portal, section).model_copy(update=update) for section, update in changes.items()
        }
    )
    return create_app(replace(system.settings, portals={**system.settings.portals, "mijn-cz": changed}))


def _log_in_through(system: System, changes: Mapping[str, object]) -> tuple[str | None, str, bool]:
    """Change sections of the portal's file midway: last reason, heading, and whether a session is there."""
    browser, story = system.browser(), system.story()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    system.reach_sms_code(browser)
    browser.sites[system.issuer] = _changed(system, changes)
    browser.press("Inloggen", code=system.phone.last_code())
    is_in = any("session" in name for name in browser.cookies(system.issuer))
    return story.last().detail.get("reason"), browser.page.heading, is_in


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"login": {"minimum_level": MinimumLevel(digid="substantieel")}}, "level-raised-meanwhile"),
        (
            _ELSEWHERE,
            "redirect-uri-gone",
        ),
    ],
)
def test_attempt_that_outlived_its_rules_opens_nothing(
    own_system: System, changes: Mapping[str, object], reason: str
) -> None:
    """A level that was raised and an address that was taken away count for who was on the way."""
    assert _log_in_through(own_system, changes) == (reason, "Deze inlogpagina werkt niet meer", False)


def test_attempt_goes_on_when_its_rules_stay(own_system: System) -> None:
    """A change that is no tightening costs nobody their login."""
    _, _, is_in = _log_in_through(own_system, {"login": {}})
    assert is_in


def test_nothing_is_told_to_an_address_that_was_taken_away(own_system: System) -> None:
    """Who turns back is not sent there either: no error and no state for who may hold it now (B2-02)."""
    browser, story = own_system.browser(), own_system.story()
    browser.open(own_system.portal().begin().url)
    browser.sites[own_system.issuer] = _changed(own_system, _ELSEWHERE)
    page = browser.press("Terug naar Mijn CZ")
    assert (page.status, page.heading) == (400, "Deze inlogpagina werkt niet meer")
    assert (story.last().kind, story.last().detail.get("reason")) == ("login.refused", "redirect-uri-gone")


def test_hint_that_is_good_no_more_opens_nothing(own_system: System) -> None:
    """A portal that takes another algorithm since hears so; whoever was logged in still is."""
    browser, portal, story = own_system.browser(), own_system.portal(), own_system.story()
    hint = own_system.enter(browser).id_token
    own_system.clock.advance(60)
    asked = portal.begin(prompt="login", id_token_hint=hint)
    browser.post_from_elsewhere(f"{own_system.issuer}/oauth2/authorize", asked.fields)
    browser.press("Inloggen met DigiD")
    own_system.reach_sms_code(browser)
    changes = {"client": {"id_token_signed_response_alg": "PS256"}}
    browser.sites[own_system.issuer] = _changed(own_system, changes)
    answer = portal.answer(browser.press("Inloggen", code=own_system.phone.last_code()).url)
    assert (answer["error"], answer["state"]) == ("invalid_request", asked.state)
    assert (story.last().kind, story.last().detail.get("reason")) == ("login.refused", "invalid_request")
    again = portal.begin(prompt="none")
    assert "code" in portal.answer(browser.open(again.url).url)
