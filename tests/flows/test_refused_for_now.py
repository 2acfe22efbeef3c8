"""What other OpenID Providers have and this one has not yet: said in the words of the standards."""

from __future__ import annotations

import pytest

from tests.support.system import System

pytestmark = pytest.mark.flow


@pytest.mark.parametrize("path", ["/oauth2/par", "/oauth2/request", "/as/par"])
def test_pushed_requests_have_no_door(system: System, path: str) -> None:
    """RFC 9126 is not spoken yet: nothing listens where others have it."""
    answer = system.broker_answer(f"{system.issuer}{path}", method="POST", data={"client_id": "mijn-cz"})
    assert answer.status_code == 404


def test_introspection_answers_json_also_to_who_would_like_it_signed(system: System) -> None:
    """RFC 9701 5 leaves a server without signed answers to answer as RFC 7662 does: plain, and named so."""
    portal, tokens = system.portal(), system.enter(system.browser())
    answer = system.broker_answer(
        f"{system.issuer}/oauth2/introspect",
        method="POST",
        data={
            "token": tokens.access_token,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": portal.assertion(),
        },
        headers={"Accept": "application/token-introspection+jwt"},
    )
    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json()["active"] is True
