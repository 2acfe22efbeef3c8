"""Discovery and keys are fetched often and change seldom: whoever has them is told so in one line."""

from __future__ import annotations

import pytest

from tests.support.system import System

pytestmark = pytest.mark.flow

DOCUMENTS = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/jwks",
)


@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_that_the_caller_has_is_not_sent_again(system: System, path: str) -> None:
    """If-None-Match with our tag, alone, weak or among others, saves the body (RFC 9110 13.1.2)."""
    tag = system.broker_answer(system.issuer + path).headers["ETag"]
    for known in (tag, f'"x", W/{tag}', "*"):
        answer = system.broker_answer(system.issuer + path, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b""), known


@pytest.mark.parametrize("path", DOCUMENTS)
def test_document_that_the_caller_does_not_have_is_sent_whole(system: System, path: str) -> None:
    """Another tag, or none, gets the document."""
    for tag in (None, '"x"'):
        headers = {} if tag is None else {"If-None-Match": tag}
        answer = system.broker_answer(system.issuer + path, headers=headers)
        assert answer.status_code == 200
        assert answer.is_json
