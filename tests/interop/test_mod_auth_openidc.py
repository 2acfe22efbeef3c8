"""mod_auth_openidc as Debian ships it: a site that knows nothing of OpenID Connect, behind Apache."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from demo.plan import BROKER_URL
from tests.interop.apache import apache
from tests.interop.expectations import is_the_person
from tests.interop.journey import Journey, until
from tests.interop.portals import MOD_AUTH_OPENIDC as PORTAL
from tests.interop.portals import Portal

pytestmark = pytest.mark.interop

_SECRET_PAGE = "Only for who is logged in"
_HOME = f"{PORTAL.origin}/"
_GOODBYE = f"{PORTAL.origin}{PORTAL.farewell}"
_LOGOUT = f"{PORTAL.origin}/callback?logout={quote(_GOODBYE, safe='')}"


def test_mod_auth_openidc_logs_in_refreshes_and_logs_out(journey_of: Callable[[Portal], Journey]) -> None:
    """Discovery, client_secret_basic, RS256, userinfo, the refresh hook and RP-initiated logout."""
    with apache(PORTAL):
        journey = journey_of(PORTAL)
        page = journey.log_in("/")
        assert page.heading == _SECRET_PAGE
        first = _info(journey)
        is_the_person(first["id_token"], first["userinfo"], journey)
        hook = f"/callback?refresh={quote(_HOME, safe='')}&access_token={quote(first['access_token'])}"
        assert journey.bring(PORTAL.origin + hook).url == _HOME
        assert _info(journey)["access_token"] != first["access_token"]
        assert journey.bring(_LOGOUT).url.startswith(_GOODBYE)
        assert journey.is_asked_to_log_in("/")


def test_mod_auth_openidc_hears_that_the_session_ended_elsewhere(
    journey_of: Callable[[Portal], Journey],
) -> None:
    """Back-channel logout: the person logs out at the broker itself, and the site is closed."""
    with apache(PORTAL):
        journey = journey_of(PORTAL)
        journey.log_in("/")
        assert "error" not in _info(journey)
        journey.bring(f"{BROKER_URL}/oauth2/logout")
        journey.browser.press("Uitloggen")
        until(lambda: journey.is_asked_to_log_in("/"))


def test_mod_auth_openidc_refuses_what_was_changed_on_the_way(
    journey_of: Callable[[Portal], Journey],
) -> None:
    """State, nonce and issuer are judged by the module, the code verifier by the broker."""
    with apache(PORTAL) as server:
        journey = journey_of(PORTAL)
        for asked, answered, complaint in (
            ({"state": "of-another-visitor"}, {}, "unable to restore state"),
            ({"nonce": "of-another-login"}, {}, "the nonce value"),
            ({}, {"iss": "https://elsewhere.example"}, "does not match the issuer provided"),
        ):
            assert _SECRET_PAGE not in journey.log_in("/", asked=asked, answered=answered).text
            assert complaint in server.errors()
        assert "invalid_grant" not in server.errors()
        assert _SECRET_PAGE not in journey.log_in("/", asked={"code_challenge": "a" * 43}).text
        assert "invalid_grant" in server.errors()


def test_mod_auth_openidc_with_another_secret_is_told_invalid_client(
    journey_of: Callable[[Portal], Journey],
) -> None:
    """RFC 6749 5.2, in the server's log; the visitor sees nothing of the site."""
    with apache(PORTAL, secret="of-another-portal") as server:
        assert _SECRET_PAGE not in journey_of(PORTAL).log_in("/").text
        assert "invalid_client" in server.errors()


def _info(journey: Journey) -> dict[str, Any]:
    """What the module tells an application about its visitor."""
    return dict(json.loads(journey.bring(f"{PORTAL.origin}/callback?info=json").html))
