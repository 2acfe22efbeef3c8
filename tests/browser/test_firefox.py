"""J30: the main journeys in Firefox, over WebDriver BiDi: J1, J5 with an app and with a text, and J31."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from demo import mandates
from demo.people import DemoAccount
from tests.support.firefox import Firefox, running_firefox
from tests.support.running_demo import Demo
from tests.support.system import digid_of, someone
from tests.support.visitor import SIZES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MIJN_CZ, ZAKELIJK, MIJNZZ = "http://127.0.0.1:8401", "http://127.0.0.1:8402", "http://127.0.0.1:8405"
ANOUK = "anouk.groenendaal@rijnstroom-zorg.example"
STEP_SECONDS = 30


@pytest.fixture(params=list(SIZES))
def firefox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firefox]:
    """A window of the size of a phone or a desk; no script on any page may fail in it."""
    with running_firefox(tmp_path, SIZES[request.param]) as window:
        yield window
        assert window.complaints == []


def _account(person: str) -> DemoAccount:
    return next(account for account in someone(person).accounts if account.brand == "cz" and account.password)


def _type_password(firefox: Firefox, account: DemoAccount) -> None:
    firefox.open(f"{ZAKELIJK}/")
    firefox.press("link", "Inloggen")
    firefox.expect_heading("Inloggen bij Mijn CZ Zakelijk")
    firefox.fill("E-mailadres", account.email)
    firefox.fill("Wachtwoord", account.password or "")
    firefox.press("button", "Inloggen")
    firefox.expect_heading("Vul de verificatiecode in")


def _expect_in(firefox: Firefox, portal: str, name: str) -> None:
    firefox.expect_text(f"U bent ingelogd als {name}")
    assert firefox.url.startswith(portal)


def test_login_with_digid_and_a_text(demo: Demo, firefox: Firefox) -> None:
    """J1: from the portal's menu to the person's own file."""
    person, means = someone("sanne"), digid_of("sanne")
    firefox.open(MIJN_CZ)
    firefox.press("link", "Mijn CZ")
    firefox.press("link", "Nu inloggen")
    firefox.expect_heading("Inloggen bij Mijn CZ")
    firefox.press("button", "Inloggen met DigiD")
    firefox.press("link", "Met controle via SMS")
    firefox.fill("DigiD gebruikersnaam", means.username)
    firefox.fill("Wachtwoord", means.password)
    firefox.press("button", "Inloggen")
    firefox.wait(lambda: firefox.url.endswith("/code"), "DigiD does not ask for a code")
    firefox.fill("Sms-code", demo.last_sms_code())
    firefox.press_enter()
    firefox.expect_heading("Mijn dossier")
    _expect_in(firefox, MIJN_CZ, person.name)


def test_login_with_the_app(demo: Demo, firefox: Firefox) -> None:
    """J5: a code that is too short first, which the page says beside the field; then the right one."""
    account = _account("marieke")
    _type_password(firefox, account)
    firefox.fill("Verificatiecode", "12345")
    firefox.press("button", "Code bevestigen")
    firefox.expect_text("Vul zes cijfers in.")
    demo.clock.advance(STEP_SECONDS)
    firefox.fill("Verificatiecode", pyotp.TOTP(account.totp_secret or "").at(demo.clock()))
    firefox.press("button", "Code bevestigen")
    _expect_in(firefox, ZAKELIJK, "Marieke Jansen")


def test_login_with_a_text(demo: Demo, firefox: Firefox) -> None:
    """J5: the code that comes on a telephone, sent by the Enter key."""
    account = _account("bram")
    _type_password(firefox, account)
    firefox.fill("Verificatiecode", demo.new_sms_code(account.phone or ""))
    firefox.press_enter()
    _expect_in(firefox, ZAKELIJK, "Bram Peeters")


@pytest.mark.parametrize(
    ("answering_demo", "firefox"), [("artifact", "desk"), ("post", "phone")], indirect=True
)
def test_login_with_eherkenning(answering_demo: Demo, firefox: Firefox) -> None:
    """J31: past supplier and password, and in with the code of the mail; the answer comes by either way."""
    code = answering_demo.binding_code("zz", ANOUK)
    firefox.open(f"{MIJNZZ}/")
    firefox.press("link", "Inloggen")
    firefox.expect_heading("Inloggen bij MijnZZ Zakelijk")
    firefox.press("button", "Inloggen met eHerkenning")
    firefox.expect_heading("Inloggen met eHerkenning")
    firefox.choose("Grachtsleutel")
    firefox.press("button", "Doorgaan")
    firefox.expect_heading("Inloggen bij Grachtsleutel")
    firefox.fill("Gebruikersnaam", mandates.ANOUK.username)
    firefox.fill("Wachtwoord", mandates.ANOUK.password)
    firefox.press("button", "Inloggen")
    firefox.expect_heading("Koppel uw eHerkenning")
    firefox.fill("Activatiecode", code)
    firefox.press("button", "Koppelen en inloggen")
    _expect_in(firefox, MIJNZZ, "Anouk Groenendaal")
