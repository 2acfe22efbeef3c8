"""Redirect URIs that look like the registered one (security B3-05): all shown, none redirected."""

from __future__ import annotations

import pytest

from broker.oidc.authorization_request import validate_authorization_request
from broker.oidc.clients import ClientRegistry
from broker.oidc.errors import UnregisteredRedirectUri
from tests.unit.oidc.oidc_support import all_clients, make_client, pairs, sound_request

TRICKS = [
    "https://portal.example/callback/",
    "https://portal.example/callback?",
    "https://portal.example/callback?x=1",
    "https://portal.example/callback#",
    "https://portal.example/callback#x",
    "https://portal.example/callback/../evil",
    "https://portal.example/x/../callback",
    "https://portal.example/./callback",
    "https://portal.example/%2e%2e/callback",
    "https://portal.example/callback%2f..",
    "https://portal.example/callback%00",
    "https://portal.example/callback%20",
    "https://portal.example/callback ",
    " https://portal.example/callback",
    "https://portal.example/callback\n",
    "https://portal.example/callback\t",
    "https://portal.example//callback",
    "https://portal.example/Callback",
    "https://portal.example/c%61llback",
    "https://portal.example/callback;x",
    "https://portal.example/callback\\",
    "https://portal.example\\callback",
    "https:\\\\portal.example\\callback",
    "https://PORTAL.example/callback",
    "HTTPS://portal.example/callback",
    "https://portal.example./callback",
    "https://portal.example:443/callback",
    "https://portal.example:8443/callback",
    "http://portal.example/callback",
    "//portal.example/callback",
    "portal.example/callback",
    "/callback",
    "https:/portal.example/callback",
    "https:portal.example/callback",
    "https://user@portal.example/callback",
    "https://portal.example@evil.example/callback",
    "https://evil.example/callback",
    "https://evil.example/https://portal.example/callback",
    "https://portal.example.evil.example/callback",
    "https://evilportal.example/callback",
    "https://sub.portal.example/callback",
    "https://p\u043ertal.example/callback",
    "https://portal\u3002example/callback",
    "https://portal.example/callb\u0430ck",
    "https://127.0.0.1/callback",
    "http://localhost:8401/callback",
    "javascript:alert(1)//https://portal.example/callback",
    "data:text/html,https://portal.example/callback",
    "https://portal.example/callback\u200b",
    "https://*.example/callback",
]


def test_redirect_uri_as_registered_is_taken() -> None:
    """The control: the very same bytes."""
    assert sound_request().redirect_uri == "https://portal.example/callback"


def test_redirect_tricks_are_at_least_forty_and_differ() -> None:
    """The table is as long as was agreed."""
    assert len(set(TRICKS)) == len(TRICKS) >= 40


@pytest.mark.parametrize("redirect_uri", TRICKS, ids=range(len(TRICKS)))
def test_redirect_uri_that_differs_in_one_byte_is_shown(redirect_uri: str) -> None:
    """Nothing is normalised before comparing, so that no other reading of the address can win."""
    with pytest.raises(UnregisteredRedirectUri):
        validate_authorization_request(pairs(redirect_uri=redirect_uri), all_clients())


@pytest.mark.parametrize(
    "changes",
    [
        {"response_type": "token"},
        {"response_type": None},
        {"scope": None},
        {"code_challenge": None},
        {"request": "x.y.z"},
        {"prompt": "none login"},
        {"claims": "{"},
        {"response_mode": "fragment"},
    ],
)
def test_faulty_request_with_a_foreign_redirect_uri_is_still_shown(changes: dict[str, str | None]) -> None:
    """No other fault is judged before the address (B3-06)."""
    with pytest.raises(UnregisteredRedirectUri):
        validate_authorization_request(pairs(redirect_uri="https://evil.example/", **changes), all_clients())


def test_redirect_uri_of_another_client_is_shown() -> None:
    """Addresses are per client."""
    clients = ClientRegistry(
        [make_client(), make_client(client_id="b", redirect_uris=("https://b.example/",))]
    )
    with pytest.raises(UnregisteredRedirectUri):
        validate_authorization_request(pairs(redirect_uri="https://b.example/"), clients)
