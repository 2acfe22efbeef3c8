"""What every library must do with the broker, whatever its language: the same sentences for each portal."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from demo.plan import BROKER_URL
from tests.interop.journey import Journey
from tests.support.system import someone

PERSON = someone("sanne").name


def logs_in_refreshes_and_logs_out(journey: Journey) -> None:
    """A whole stay: login, userinfo, refresh, logout, and afterwards nobody is logged in anywhere."""
    assert journey.visit() == {}
    journey.log_in()
    first = journey.visit()
    is_the_person(first["id_token"], first["userinfo"], journey)
    second = journey.visit("/refresh")
    assert "refused" not in second, second
    is_the_person(second["id_token"], second["userinfo"], journey)
    assert second["id_token"]["jti"] != first["id_token"]["jti"], "the refresh gave no new ID token"
    left = journey.bring(f"{journey.portal.origin}/logout")
    assert left.url.startswith(f"{journey.portal.origin}/?state=")
    assert "invalid_grant" in journey.visit("/refresh")["refused"]
    assert journey.is_asked_to_log_in()


def refuses_what_was_changed(journey: Journey) -> None:
    """Another state, nonce or issuer (RFC 9207) is noticed by the portal, another verifier by the broker."""
    assert "refused" in _refusal(journey, asked={"state": "of-another-visitor"})
    assert "refused" in _refusal(journey, asked={"nonce": "of-another-login"})
    assert "refused" in _refusal(journey, answered={"iss": "https://elsewhere.example"})
    assert "invalid_grant" in _refusal(journey, asked={"code_challenge": "a" * 43})["refused"]
    assert journey.visit() == {}


def is_told_that_it_is_not_the_client(journey: Journey) -> None:
    """A portal with another secret or key hears the standard's word for it."""
    refused = _refusal(journey)["refused"]
    assert "invalid_client" in refused, refused
    assert journey.visit() == {}


def is_the_person(claims: dict[str, Any], userinfo: dict[str, Any], journey: Journey) -> None:
    """The claims that the portal may have, of the person who logged in, in both places."""
    assert claims["iss"] == BROKER_URL
    assert claims["aud"] in (journey.portal.name, [journey.portal.name])
    assert claims["acr"] == "http://eidas.europa.eu/LoA/low"
    assert userinfo["sub"] == claims["sub"]
    assert (claims["name"], userinfo["name"]) == (PERSON, PERSON)
    assert claims["account_type"] == "consumer"
    assert "email" not in claims


def _refusal(
    journey: Journey, *, asked: Mapping[str, str] | None = None, answered: Mapping[str, str] | None = None
) -> dict[str, Any]:
    page = journey.log_in(asked=asked, answered=answered)
    assert page.status == 400, page.text
    return dict(json.loads(page.html))
