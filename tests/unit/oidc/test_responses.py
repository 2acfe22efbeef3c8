"""Authorization responses."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest

from broker.oidc.errors import OAuthCode, RedirectedError
from broker.oidc.responses import granted, refusal_of, refused
from tests.unit.oidc.oidc_support import ISSUER, REDIRECT_URI, sound_request


def test_response_carries_code_state_and_issuer() -> None:
    """RFC 6749 4.1.2 and RFC 9207."""
    location = granted(sound_request(), "c0de", issuer=ISSUER).location
    assert location.startswith(f"{REDIRECT_URI}?")
    assert parse_qsl(urlsplit(location).query) == [("code", "c0de"), ("state", "st4te"), ("iss", ISSUER)]


def test_response_without_state_has_none() -> None:
    """No state was sent, none comes back."""
    fields = dict(granted(sound_request(state=None), "c0de", issuer=ISSUER).fields)
    assert fields == {"code": "c0de", "iss": ISSUER}


def test_refusal_carries_issuer_and_a_fixed_sentence() -> None:
    """`iss` stands in errors too, and no input is repeated in the description."""
    with pytest.raises(RedirectedError) as caught:
        sound_request(response_type="<script>")
    fields = dict(refused(caught.value, issuer=ISSUER).fields)
    assert fields["error"] == "unsupported_response_type"
    assert fields["iss"] == ISSUER
    assert "script" not in fields["error_description"]


def test_refusal_that_comes_later_goes_the_same_way() -> None:
    """A cancelled login is access_denied with the state."""
    request = sound_request(response_mode="form_post")
    response = refused(refusal_of(request, OAuthCode.ACCESS_DENIED, "cancelled"), issuer=ISSUER)
    assert response.response_mode == "form_post"
    assert dict(response.fields) == {
        "error": "access_denied",
        "error_description": "cancelled",
        "state": "st4te",
        "iss": ISSUER,
    }


@pytest.mark.parametrize(
    ("registered", "start"),
    [
        ("https://p.example/cb", "https://p.example/cb?code=c"),
        ("https://p.example/cb?a=1&b=%2F+%c3", "https://p.example/cb?a=1&b=%2F+%c3&code=c"),
        ("https://p.example/cb?", "https://p.example/cb?code=c"),
        ("https://p.example/cb?a&", "https://p.example/cb?a&code=c"),
    ],
)
def test_response_keeps_the_registered_query_as_it_is(registered: str, start: str) -> None:
    """What was registered is never re-encoded."""
    request = replace(sound_request(), redirect_uri=registered)
    assert granted(request, "c", issuer=ISSUER).location.startswith(start)


def test_response_encodes_what_could_break_the_address() -> None:
    """Reserved characters of the state cannot add a parameter or a fragment."""
    location = granted(sound_request(state="a&iss=x#y=%z+ é"), "c", issuer=ISSUER).location
    assert location.endswith("&state=a%26iss%3Dx%23y%3D%25z%2B%20%C3%A9&iss=https%3A%2F%2Flogin.example")


def test_response_names_the_origin_for_the_content_policy() -> None:
    """Scheme, host and port, without the path."""
    request = replace(sound_request(), redirect_uri="https://p.example:8443/cb?x=1")
    assert granted(request, "c", issuer=ISSUER).origin == "https://p.example:8443"


def test_response_hides_its_fields_when_printed() -> None:
    """A code never stands in a log by accident."""
    assert "c0de" not in repr(granted(sound_request(), "c0de", issuer=ISSUER))
