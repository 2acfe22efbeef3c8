"""J21: setting a second factor up at the login that demands one, in three steps, and nothing by halves."""

from __future__ import annotations

import re

import pytest

from broker.domain.accounts import Account
from broker.domain.second_factors import FactorKind
from broker.wiring.repositories import account_repository
from tests.support.browser import Page, filled
from tests.support.business import VGZ, Business, Colleague, new_mobile
from tests.support.registration import everything_in_redis

pytestmark = pytest.mark.flow

CHOOSE = "Kies hoe u de verificatiecode wilt ontvangen"
APP, SMS, SPOKEN = (
    "Code ontvangen via een app",
    "Code ontvangen via een sms",
    "Code ontvangen via een (gesproken) sms",
)
REGISTER, NUMBER, ASK = "Registreer uw apparaat", "Vul uw nummer in", "Vul de verificatiecode in"
CONFIRM, CONFIRM_NUMBER, AGAIN = "Code bevestigen", "Bevestig telefoonnummer", "Opnieuw verzenden"
CANCEL, KEPT = "Registratie annuleren", "Ik heb de codes bewaard"
WITH_APP, WITH_SMS = "urn:voordeur:loa:password-totp", "urn:voordeur:loa:password-sms"


def _secret(page: Page) -> str:
    found = page.soup.select_one(".secret-text")
    return found.get_text(strip=True).replace(" ", "") if found else ""


def _step(page: Page) -> str:
    found = page.soup.select_one(".step-mark")
    return found.get_text(strip=True) if found else ""


def _codes(page: Page) -> list[str]:
    return [found.get_text(strip=True) for found in page.soup.select(".recovery-codes li")]


def _notice(page: Page) -> str:
    found = page.soup.select_one(".notice-title")
    return found.get_text(" ", strip=True) if found else ""


def _to_the_code_of_an_app(person: Colleague) -> str:
    """As far as step 3; the secret."""
    person.log_in()
    secret = _secret(person.browser.press(APP))
    person.browser.press("Verder")
    return secret


def _to_the_code_by_text(person: Colleague, number: str) -> Page:
    person.log_in()
    person.browser.press(SMS)
    return person.browser.press(CONFIRM_NUMBER, number=number)


def test_app_is_set_up_in_three_steps_and_the_login_goes_on(business: Business) -> None:
    """J21 with the words that people look for; the portal hears of the app at once."""
    lotte = business.colleague()
    page = lotte.log_in()
    assert (page.status, page.heading, _step(page)) == (200, CHOOSE, "Stap 1 van 3")
    assert not lotte.has_session
    page = lotte.browser.press(APP)
    assert (page.status, page.heading, _step(page)) == (200, REGISTER, "Stap 2 van 3")
    secret = _secret(page)
    assert re.fullmatch("[A-Z2-7]{32}", secret)
    picture = page.soup.select_one("[role=img] svg")
    assert picture is not None
    assert page.soup.select_one("[role=img]")["aria-label"]  # type: ignore[index]  # Found just now.
    page = lotte.browser.press("Verder")
    assert (page.heading, _step(page)) == (ASK, "Stap 3 van 3")
    assert lotte.kinds == []
    page = lotte.browser.press(CONFIRM, code=lotte.app_code(secret=secret))
    assert (page.status, page.heading) == (200, "Bewaar uw herstelcodes")
    assert len(_codes(page)) == 10
    assert lotte.kinds == [FactorKind.TOTP]
    assert not lotte.has_session
    lotte.browser.press(KEPT)
    assert lotte.claims()["acr"] == WITH_APP


def test_telephone_is_set_up_in_three_steps_and_the_login_goes_on(business: Business) -> None:
    """J21 with a text; the number is shown as people write it, with +31 before it."""
    lotte, number = business.colleague(), new_mobile()
    lotte.log_in()
    page = lotte.browser.press(SMS)
    assert (page.heading, _step(page)) == (NUMBER, "Stap 2 van 3")
    field = page.soup.select_one("#number")
    assert field is not None
    assert (field["type"], field["value"], field["autocomplete"]) == ("tel", "+31 ", "tel")
    page = lotte.browser.press(CONFIRM_NUMBER, number=number.replace("+31", "+31 0"))
    assert (page.heading, _step(page)) == (ASK, "Stap 3 van 3")
    assert f"eindigt op {number[-2:]}." in page.text
    code = lotte.worker.last_code()
    assert lotte.worker.desk.taken[-1].body["to"] == number
    lotte.browser.press(CONFIRM, code=code)
    lotte.browser.press(KEPT)
    assert lotte.claims()["acr"] == WITH_SMS
    assert lotte.kinds == [FactorKind.SMS]


def test_landline_is_called_where_that_is_offered(business: Business) -> None:
    """J21 and J22 at VGZ: one button for both, and the number decides."""
    karin = business.colleague(VGZ)
    page = karin.log_in(acr_values=WITH_SMS)
    assert SPOKEN in page.text
    karin.browser.press(SPOKEN)
    page = karin.browser.press(CONFIRM_NUMBER, number="020 123 4568")
    assert "Wij bellen het nummer dat eindigt op 68" in page.text
    code = karin.worker.last_code()
    assert karin.worker.desk.taken[-1].path.endswith("/voice")
    karin.browser.press(CONFIRM, code=code)
    karin.browser.press(KEPT)
    assert karin.claims()["acr"] == WITH_SMS
    assert karin.kinds == [FactorKind.VOICE]


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("", "Vul uw telefoonnummer in."),
        ("+31 6 123", "Dit telefoonnummer klopt niet. Controleer het, bijvoorbeeld +31 6 12345678."),
        ("020 123 4567", "Dit is geen mobiel nummer. Vul een nummer in dat sms krijgt."),
        ("+1 202 555 0123", "Naar dit land kunnen wij geen code sturen."),
        ("0900 1234567", "Dit is geen mobiel nummer. Vul een nummer in dat sms krijgt."),
    ],
)
def test_number_that_gets_no_code_is_refused_at_its_field(
    business: Business, number: str, fault: str
) -> None:
    """B4-09: 422, the number still there to be mended, and nothing sent."""
    lotte = business.colleague()
    lotte.log_in()
    lotte.browser.press(SMS)
    page = lotte.browser.press(CONFIRM_NUMBER, number=number)
    assert page.status == 422
    shown = page.soup.select_one("#number-fault")
    assert shown is not None
    assert fault in shown.get_text(" ", strip=True)
    field = page.soup.select_one("#number")
    assert field is not None
    assert field["value"] == number
    lotte.worker.delivery.run()
    assert not [taken for taken in lotte.worker.desk.taken if taken.body["to"] == number]


def test_secret_is_shown_in_one_answer_and_never_again(business: Business) -> None:
    """B4-20: not by reloading, not by going back, not in any address, and not kept by the browser."""
    lotte = business.colleague()
    lotte.log_in()
    page = lotte.browser.press(APP)
    secret = _secret(page)
    assert page.header("Cache-Control") == "no-store"
    assert all(secret not in visited.url for visited in lotte.browser.history)
    again = lotte.browser.open(page.url.removesuffix("/choose"))
    assert again.heading == REGISTER
    assert "svg" not in str(again.soup.select(".qr"))
    assert secret not in again.html.replace(" ", "")
    other = _secret(lotte.browser.press("Nieuwe QR-code"))
    assert other
    assert other != secret
    lotte.browser.press("Verder")
    assert lotte.browser.press(CONFIRM, code=lotte.app_code(secret=secret)).status == 422
    assert lotte.browser.press(CONFIRM, code=lotte.app_code(secret=other)).status == 200


def test_recovery_codes_are_shown_in_one_answer_and_never_again(business: Business) -> None:
    """B4-21: whoever reloads may go on, and sees none of them."""
    lotte = business.colleague()
    secret = _to_the_code_of_an_app(lotte)
    fields = filled(lotte.page.form(CONFIRM), CONFIRM) | {"code": lotte.app_code(secret=secret)}
    page = lotte.browser.press(CONFIRM, code=fields["code"])
    codes = _codes(page)
    assert page.header("Cache-Control") == "no-store"
    reloaded = lotte.browser.post_here(page.url, fields)
    assert reloaded.heading == "De tweede stap is gelukt"
    assert not any(code in reloaded.html for code in codes)
    lotte.browser.press("Verder naar Mijn CZ Zakelijk")
    assert lotte.is_in
    other = lotte.elsewhere()
    other.log_in()
    other.browser.press("Gebruik een herstelcode")
    other.browser.press(CONFIRM, code=codes[3])
    assert other.is_in


def test_nothing_is_set_up_before_its_first_code(business: Business) -> None:
    """B4-20: leaving at any step leaves nothing; the next login begins at the choice."""
    lotte = business.colleague()
    _to_the_code_of_an_app(lotte)
    assert lotte.kinds == []
    other = lotte.elsewhere()
    assert other.log_in().heading == CHOOSE


def test_cancelling_leaves_nothing_half_set_up(business: Business) -> None:
    """The secret and the code are worth nothing any more, and the choice is there again."""
    lotte = business.colleague()
    secret = _to_the_code_of_an_app(lotte)
    form = filled(lotte.page.form(CONFIRM), CONFIRM)
    address = lotte.page.url
    page = lotte.browser.press(CANCEL)
    assert (page.heading, _notice(page)) == (CHOOSE, "Registratie geannuleerd")
    late = lotte.browser.post_here(address + "/confirm", form | {"code": lotte.app_code(secret=secret)})
    assert late.heading == CHOOSE
    assert lotte.kinds == []
    lotte.browser.press("Terug naar Mijn CZ Zakelijk")
    assert lotte.portal.answer(lotte.page.url)["error"] == "access_denied"
    assert not lotte.has_session


def test_secret_that_waits_is_kept_sealed_and_not_for_ever(business: Business) -> None:
    """It stands in Redis alone, and unreadable, with its end."""
    lotte = business.colleague()
    secret = _to_the_code_of_an_app(lotte)
    found = everything_in_redis(lotte.system)
    assert not any(secret.encode() in value for value, _ in found.values())
    assert all(seconds > 0 for name, (_, seconds) in found.items() if "second-factor" in name)


def test_resent_code_replaces_the_one_before(business: Business) -> None:
    """Step 3 sends again, not too soon, and the page says so."""
    lotte = business.colleague()
    _to_the_code_by_text(lotte, new_mobile())
    old = lotte.worker.last_code()
    assert _notice(lotte.browser.press(AGAIN)) == "Wij hebben net een code gestuurd"
    business.pass_time()
    assert _notice(lotte.browser.press(AGAIN)) == "Wij hebben een nieuwe code gestuurd"
    new = lotte.worker.last_code()
    assert lotte.browser.press(CONFIRM, code=old).status == 422
    assert lotte.browser.press(CONFIRM, code=new).heading == "Bewaar uw herstelcodes"


def test_five_wrong_first_codes_send_back_to_the_password(business: Business) -> None:
    """Whatever is begun anew in between; the right one comes too late."""
    lotte = business.colleague()
    secret = _to_the_code_of_an_app(lotte)
    assert "Vul zes cijfers in." in lotte.browser.press(CONFIRM, code="geen").text
    for left in (4, 3):
        page = lotte.browser.press(CONFIRM, code=lotte.wrong_code(secret=secret))
        assert f"{left} keer" in page.text
    lotte.browser.press(CANCEL)
    secret = _secret(lotte.browser.press(APP))
    lotte.browser.press("Verder")
    for left in (2, 1):
        assert f"{left} keer" in lotte.browser.press(CONFIRM, code=lotte.wrong_code(secret=secret)).text
    page = lotte.browser.press(CONFIRM, code=lotte.wrong_code(secret=secret))
    assert page.heading == "Inloggen bij Mijn CZ Zakelijk"
    assert _notice(page) == "Er is te vaak een verkeerde code ingevuld"
    lotte.type_password()
    assert lotte.page.heading == CHOOSE


def test_owner_of_a_factor_shows_it_before_setting_up_another(business: Business) -> None:
    """B4-10: a password alone adds nothing beside a text; the portal that wants an app asks for both."""
    bram = business.colleague(VGZ).with_phone()
    page = bram.log_in(acr_values=WITH_APP)
    assert page.heading == ASK
    for step in ("choose", "number", "scanned", "confirm"):
        form = filled(bram.page.form(CONFIRM), CONFIRM) | {"kind": "totp", "number": new_mobile()}
        assert bram.browser.post_here(f"{page.url}/{step}", form).heading == ASK
    page = bram.browser.press(CONFIRM, code=bram.worker.last_code())
    assert page.heading == CHOOSE
    assert (APP in page.text, SPOKEN in page.text) == (True, False)
    secret = _secret(bram.browser.press(APP))
    bram.browser.press("Verder")
    bram.browser.press(CONFIRM, code=bram.app_code(secret=secret))
    assert bram.claims()["acr"] == WITH_APP
    assert set(bram.kinds) == {FactorKind.SMS, FactorKind.TOTP}


def test_factor_that_was_added_is_told_by_mail(business: Business) -> None:
    """To the account's own address, without a link, a number or a code (B4-22)."""
    lotte, number = business.colleague(), new_mobile()
    _to_the_code_by_text(lotte, number)
    assert lotte.worker.mails_to(lotte.account.email) == []
    lotte.browser.press(CONFIRM, code=lotte.worker.last_code())
    assert lotte.worker.mails_to(lotte.account.email) == ["Uw tweestapsverificatie staat aan – CZ"]
    mail = lotte.worker.mailbox.last()
    for words in (mail.body("plain"), mail.body("html")):
        assert "een code per sms" in words
        assert "Was u dit niet?" in words
        assert "http" not in words
        assert number[-4:] not in words
        assert "Bea" not in words


def test_factor_is_added_also_where_the_mail_about_it_would_arrive_nowhere(business: Business) -> None:
    """An address that came in before today's rules: nobody can be told, and that stops nobody."""
    lotte = business.colleague()
    account, accounts = lotte.account, account_repository(business.system.stores)
    changed = accounts.change_address(account.id, before=account.email, after=f"b..{account.email}")
    assert isinstance(changed, Account)
    lotte.account = changed
    secret = _to_the_code_of_an_app(lotte)
    page = lotte.browser.press(CONFIRM, code=lotte.app_code(secret=secret))
    assert (page.status, lotte.kinds) == (200, [FactorKind.TOTP])
    assert lotte.worker.mails_to(changed.email) == []


def test_factor_that_is_not_confirmed_is_told_to_nobody(business: Business) -> None:
    """No mail waits for what never came to be."""
    lotte = business.colleague()
    _to_the_code_of_an_app(lotte)
    lotte.browser.press(CONFIRM, code="geen")
    lotte.browser.press(CANCEL)
    assert lotte.worker.mails_to(lotte.account.email) == []


def test_wizard_speaks_english(business: Business) -> None:
    """Every step, the text on the telephone and the mail."""
    lotte = business.colleague(language="en")
    lotte.arrive()
    page = lotte.type_password("Log in")
    assert (page.heading, _step(page)) == ("Choose how you want to get the verification code", "Step 1 of 3")
    lotte.browser.press("Get a code by text message")
    page = lotte.browser.press("Confirm phone number", number=new_mobile())
    assert page.heading == "Enter the verification code"
    page = lotte.browser.press("Confirm code", code=lotte.worker.last_code())
    assert page.heading == "Keep your recovery codes"
    assert "is your code to confirm this phone number at CZ" in lotte.worker.desk.taken[-1].body["text"]
    assert lotte.worker.mails_to(lotte.account.email) == ["Your two-step verification is on – CZ"]
