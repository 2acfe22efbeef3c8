"""Codes of an authenticator app: the vectors of the standard, the window, and what an app is given."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pyotp
import pytest

from broker.mfa.totp import (
    SECRET_BYTES,
    STEP_SECONDS,
    matching_step,
    new_secret,
    otpauth_uri,
    qr_svg,
    secret_text,
    step_at,
)

# RFC 6238 appendix B for SHA-1; its eight digits end with our six.
RFC_SECRET = b"12345678901234567890"
RFC_VECTORS = {59: "287082", 1111111109: "081804", 1234567890: "005924", 20000000000: "353130"}


@pytest.mark.parametrize(("seconds", "code"), RFC_VECTORS.items())
def test_code_is_that_of_the_standard(seconds: int, code: str) -> None:
    """And its step is the one that is used up."""
    now = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(RFC_SECRET, code, now) == seconds // STEP_SECONDS == step_at(now)


@pytest.mark.parametrize(("steps", "accepted"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_window_is_one_step_each_way(steps: int, accepted: bool) -> None:
    """A clock that is further off is not helped (security B4-07)."""
    now = datetime(2026, 11, 20, 9, 0, 7, tzinfo=UTC)
    secret = new_secret()
    text = secret_text(secret).replace(" ", "")
    code = pyotp.TOTP(text).at(now + timedelta(seconds=steps * STEP_SECONDS))
    assert matching_step(secret, code, now) == (step_at(now) + steps if accepted else None)


@pytest.mark.parametrize(
    "typed", ["", "28708", "2870822", "abcdef", "２８７０８２", "\ud800", "287082\0", "28 70 81"]
)
def test_what_is_no_code_is_no_code(typed: str) -> None:
    """Digits of other alphabets neither; nothing typed breaks the comparison."""
    assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) is None


@pytest.mark.parametrize("typed", ["287 082", " 287082 ", "287-082"])
def test_code_may_be_typed_as_apps_show_it(typed: str) -> None:
    """Most show a space in the middle."""
    assert matching_step(RFC_SECRET, typed, datetime.fromtimestamp(59, UTC)) == 1


def test_secret_is_new_long_and_readable() -> None:
    """160 bits, never the same, in groups of four that an app takes."""
    secrets = {new_secret() for _ in range(100)}
    assert {len(secret) for secret in secrets} == {SECRET_BYTES}
    assert len(secrets) == 100
    text = secret_text(RFC_SECRET)
    assert re.fullmatch(r"([A-Z2-7]{4} ){7}[A-Z2-7]{4}", text)
    assert pyotp.TOTP(text.replace(" ", "")).at(59) == "287082"


def test_address_names_brand_and_account() -> None:
    """An app shows both; an issuer cannot break out of its label."""
    uri = urlsplit(otpauth_uri(RFC_SECRET, account_name="ans@post.example", issuer="Z&Z: Zakelijk"))
    query = parse_qs(uri.query)
    assert (uri.scheme, uri.netloc) == ("otpauth", "totp")
    assert query["issuer"] == ["Z&Z  Zakelijk"]
    assert uri.path == "/Z%26Z%20%20Zakelijk:ans%40post.example"
    assert pyotp.parse_uri(uri.geturl()).secret == query["secret"][0]


def test_qr_code_stands_in_a_page_under_our_policy() -> None:
    """One SVG element without styles, classes, scripts or links; light behind it, also on a dark page."""
    svg = qr_svg(otpauth_uri(RFC_SECRET, account_name="ans@post.example", issuer="CZ"))
    root = ET.fromstring(svg)
    attributes = {name for element in root.iter() for name in element.attrib}
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.partition("}")[2] for element in root.iter()} == {"svg", "path"}
    assert attributes <= {"viewBox", "fill", "stroke", "d", "transform"}
    assert 'fill="#fff"' in svg
