"""The authenticator app on the simulated phone: today's codes, and keys that somebody adds."""

from __future__ import annotations

import pyotp
import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from demo.clock import DemoClock
from demo.people import person_by_id

KEY = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def _codes(outbox: FlaskClient, person: str) -> dict[str, str]:
    page = BeautifulSoup(outbox.get(f"/phone/{person}").text, "html.parser")
    return {str(one["data-label"]): one.text for one in page.select(".code code")}


def _add(outbox: FlaskClient, typed: str, label: str = "") -> int:
    return outbox.post("/phone/yusuf/authenticator", data={"secret": typed, "label": label}).status_code


def test_phone_shows_the_code_of_an_account_in_the_demos_time(outbox: FlaskClient, clock: DemoClock) -> None:
    """Six digits that the broker will take, also after the clock was moved."""
    person = person_by_id("marieke")
    assert person
    totp = pyotp.TOTP(str(person.accounts[0].totp_secret))
    clock.advance(86_400)
    before = totp.at(clock())
    shown = _codes(outbox, "marieke")
    # A new half minute may begin between the two.
    assert shown in ({f"CZ ({person.accounts[0].email})": code} for code in (before, totp.at(clock())))


def test_phone_of_somebody_with_digid_alone_shows_no_authenticator(outbox: FlaskClient) -> None:
    """It would only be in the way."""
    assert "Authenticator-app" not in outbox.get("/phone/sanne").text


def test_key_as_it_stands_on_a_screen_is_taken(outbox: FlaskClient) -> None:
    """In groups of four, in small letters, with a name or without; the newest on top."""
    assert _codes(outbox, "yusuf") == {}
    grouped = " ".join(KEY[start : start + 4] for start in range(0, len(KEY), 4)).lower()
    assert _add(outbox, grouped, "Mijn IZA") == 303
    assert _add(outbox, pyotp.random_base32()) == 303
    assert list(_codes(outbox, "yusuf")) == ["Toegevoegd", "Mijn IZA"]
    assert _codes(outbox, "ingrid") == {}


def test_address_of_a_qr_code_is_taken_with_its_name(outbox: FlaskClient) -> None:
    """What a real phone would have scanned."""
    address = pyotp.TOTP(KEY).provisioning_uri(name="yusuf@iza.example", issuer_name="IZA")
    assert _add(outbox, address) == 303
    assert list(_codes(outbox, "yusuf")) == ["IZA:yusuf@iza.example"]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "geen sleutel!",
        "JBSWY3DP",
        f"otpauth://hotp/x?secret={KEY}",
        f"otpauth://totp/x?secret={KEY}&digits=8",
        f"otpauth://totp/x?secret={KEY}&period=60",
        f"otpauth://totp/x?secret={KEY}&algorithm=SHA256",
        "otpauth://totp/x",
    ],
)
def test_what_is_no_key_is_refused_with_a_sentence(outbox: FlaskClient, typed: str) -> None:
    """The page says what to do, and the phone stays as it was."""
    answer = outbox.post("/phone/yusuf/authenticator", data={"secret": typed})
    assert answer.status_code == 422
    assert "Neem de letters en cijfers over" in answer.text
    assert _codes(outbox, "yusuf") == {}


def test_people_page_tells_how_to_log_in_with_a_password(outbox: FlaskClient) -> None:
    """Portal, address, password and where the code is found."""
    page = BeautifulSoup(outbox.get("/").text, "html.parser")
    card = next(card for card in page.select(".person") if "Bram Peeters" in card.text)
    link = card.select_one("h3 a")
    assert link
    assert (link.text, link["href"]) == ("Mijn CZ Zakelijk", "http://127.0.0.1:8402/")
    for words in ("bram.peeters@speeltuin.example", "schommel-glijbaan-zand-72", "+31612345612"):
        assert words in card.text
    invited = next(card for card in page.select(".person") if "Ingrid Postma" in card.text)
    assert "nog te kiezen: uitgenodigd" in invited.text
