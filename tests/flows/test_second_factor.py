"""The second step of a login: the right code opens the door, five wrong ones send back to the password."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import urlsplit

import pytest
from flask import Flask

from broker.domain.accounts import AccountState
from broker.domain.second_factors import FactorKind
from broker.wiring.repositories import account_repository
from tests.support.browser import Page, filled
from tests.support.business import IZA, LANDLINE, VGZ, Business, Colleague, new_mobile
from tests.support.everything import methods, rules

pytestmark = pytest.mark.flow

ASK = "Vul de verificatiecode in"
CONFIRM = "Code bevestigen"
AGAIN = "Opnieuw verzenden"
WITH_APP = "urn:voordeur:loa:password-totp"
WITH_SMS = "urn:voordeur:loa:password-sms"


def _fault(page: Page) -> str:
    found = page.soup.select_one("#code-fault")
    return found.get_text(" ", strip=True) if found else ""


def _unlike(code: str) -> str:
    """Six digits that are not this code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def _notice(page: Page) -> str:
    found = page.soup.select_one(".notice-title")
    return found.get_text(" ", strip=True) if found else ""


def test_code_of_the_app_opens_the_portal(business: Business) -> None:
    """J5: password, then the code; the portal hears of both, and the log tells the steps."""
    marieke = business.colleague().with_app()
    story = marieke.system.story()
    page = marieke.log_in()
    assert (page.status, page.heading) == (200, ASK)
    field = page.soup.select_one("#code")
    assert field is not None
    assert (field["inputmode"], field["autocomplete"], field["value"]) == ("numeric", "one-time-code", "")
    marieke.browser.press(CONFIRM, code=marieke.app_code())
    claims = marieke.claims()
    assert claims["acr"] == WITH_APP
    assert {"pwd", "otp"} <= set(claims["amr"])  # type: ignore[call-overload]  # A list of texts.
    assert story.kinds() == [
        "login.started",
        "login.provider-answered",
        "second-factor.asked",
        "second-factor.given",
        "login.granted",
        "tokens.issued",
    ]


def test_code_by_text_message_is_sent_with_the_password(business: Business) -> None:
    """J5: nothing to press; the page tells the end of the number and no more of it."""
    number = new_mobile()
    bram = business.colleague().with_phone(number)
    page = bram.log_in()
    assert page.heading == ASK
    assert f"eindigt op {number[-2:]}." in page.text
    assert number[-6:] not in page.html
    bram.browser.press(CONFIRM, code=bram.worker.last_code())
    assert bram.claims()["acr"] == WITH_SMS


def test_code_is_asked_at_every_login_where_the_factor_was_a_choice(business: Business) -> None:
    """J23: at IZA nobody has to, and who switched it on is always asked."""
    daan = business.colleague(IZA).with_app()
    assert daan.log_in().heading == ASK
    assert not daan.has_session
    daan.browser.press(CONFIRM, code=daan.app_code())
    assert daan.is_in
    again = daan.elsewhere()
    assert again.log_in().heading == ASK
    plain = business.colleague(IZA)
    plain.log_in()
    assert plain.is_in


def test_code_is_spoken_to_a_landline(business: Business) -> None:
    """J22: a call with the code in it."""
    karin = business.colleague(VGZ).with_phone(LANDLINE, FactorKind.VOICE)
    page = karin.log_in()
    assert "Wij bellen het nummer dat eindigt op 67" in page.text
    code = karin.worker.last_code()
    assert karin.worker.desk.taken[-1].path.endswith("/voice")
    karin.browser.press(CONFIRM, code=code)
    assert karin.is_in


def test_looking_at_the_page_sends_nothing_and_changes_nothing(business: Business) -> None:
    """A GET is only a look: also for programs that fetch pages ahead."""
    bram = business.colleague().with_phone()
    page = bram.log_in()
    bram.worker.last_code()
    sent = len(bram.worker.desk.taken)
    for _ in range(3):
        bram.browser.open(page.url)
    bram.worker.delivery.run()
    assert len(bram.worker.desk.taken) == sent


def test_wrong_code_is_told_with_what_is_left(business: Business) -> None:
    """422, the page again, the fault at the field and no code in it."""
    marieke = business.colleague().with_app()
    marieke.log_in()
    wrong = marieke.wrong_code()
    page = marieke.browser.press(CONFIRM, code=wrong)
    assert page.status == 422
    what = "Deze code klopt niet. Heeft u de code al gebruikt? Wacht dan op de volgende."
    assert _fault(page) == f"{what} U kunt nog 4 keer een code proberen."
    assert wrong not in page.html
    described = page.soup.select_one("#code")
    assert described is not None
    assert "code-fault" in str(described["aria-describedby"])
    summary = page.soup.select_one("[autofocus]")
    assert summary is not None
    assert (summary["role"], summary["tabindex"]) == ("alert", "-1")
    marieke.browser.press(CONFIRM, code=marieke.app_code())
    assert marieke.is_in


@pytest.mark.parametrize("typed", ["12", "1234567", "geen code", "٤٢٤٢٤٢"])
def test_what_no_code_looks_like_costs_no_try(business: Business, typed: str) -> None:
    """Two digits are a slip, not a guess: nothing is counted or judged, in the attempt or in the day."""
    marieke = business.colleague().with_app()
    page = marieke.log_in()
    focused = page.soup.select_one("[autofocus]")
    assert focused is not None
    assert focused["id"] == "code"
    story = marieke.system.story()
    for _ in range(6):
        page = marieke.browser.press(CONFIRM, code=typed)
        assert (page.status, _fault(page)) == (422, "Vul zes cijfers in.")
    assert _fault(marieke.browser.press(CONFIRM, code="")) == "Vul de code in."
    assert story.kinds() == []
    assert "4 keer" in _fault(marieke.browser.press(CONFIRM, code=marieke.wrong_code()))
    spaced = " ".join(marieke.app_code())
    marieke.browser.press(CONFIRM, code=spaced)
    assert marieke.is_in


def test_five_wrong_codes_burn_the_attempt(business: Business) -> None:
    """B4-05: the right code comes too late; the person begins again at the password, and is told why."""
    marieke = business.colleague().with_app()
    first = marieke.log_in()
    form = filled(first.form(CONFIRM), CONFIRM)
    story = marieke.system.story()
    for _ in range(4):
        marieke.browser.press(CONFIRM, code=marieke.wrong_code())
    page = marieke.browser.press(CONFIRM, code=marieke.wrong_code())
    assert (page.status, page.heading) == (200, "Inloggen bij Mijn CZ Zakelijk")
    assert _notice(page) == "Er is te vaak een verkeerde code ingevuld"
    assert page.support_code
    assert story.kinds()[-1] == "login.refused"
    late = marieke.browser.post_here(first.url + "/code", form | {"code": marieke.app_code()})
    assert late.status == 400
    assert not marieke.has_session
    marieke.browser.open(page.url)
    marieke.type_password()
    marieke.browser.press(CONFIRM, code=marieke.app_code())
    assert marieke.is_in


def test_resending_gives_no_new_tries(business: Business) -> None:
    """B4-05: the count is of the attempt, whatever is sent in between."""
    bram = business.colleague().with_phone()
    bram.log_in()
    for left in (4, 3, 2):
        assert f"{left} keer" in _fault(bram.browser.press(CONFIRM, code=_unlike(bram.worker.last_code())))
        business.pass_time()
        assert _notice(bram.browser.press(AGAIN)) == "Wij hebben een nieuwe code gestuurd"
    assert "1 keer" in _fault(bram.browser.press(CONFIRM, code=_unlike(bram.worker.last_code())))
    page = bram.browser.press(CONFIRM, code=_unlike(bram.worker.last_code()))
    assert _notice(page) == "Er is te vaak een verkeerde code ingevuld"


def test_new_password_in_the_same_attempt_gives_no_new_tries(business: Business) -> None:
    """B4-05: going back to the login page is no way round."""
    marieke = business.colleague().with_app()
    page = marieke.log_in()
    for _ in range(3):
        marieke.browser.press(CONFIRM, code=marieke.wrong_code())
    marieke.browser.open(page.url.removesuffix("/second-factor"))
    marieke.type_password()
    assert "1 keer" in _fault(marieke.browser.press(CONFIRM, code=marieke.wrong_code()))


def test_resending_at_once_is_refused_with_the_time_to_wait(business: Business) -> None:
    """The server says when; the code that is out stays good."""
    bram = business.colleague().with_phone()
    page = bram.log_in()
    waiting = page.soup.select_one(".when-again")
    assert waiting is not None
    assert 0 < int(str(waiting["data-seconds"])) <= 30
    assert f"over {waiting['data-seconds']} seconden" in waiting.get_text(" ", strip=True).replace("  ", " ")
    code = bram.worker.last_code()
    assert _notice(bram.browser.press(AGAIN)) == "Wij hebben net een code gestuurd"
    bram.browser.press(CONFIRM, code=code)
    assert bram.is_in


def test_code_before_the_newest_is_dead(business: Business) -> None:
    """A resend brings another code, and the page says so."""
    bram = business.colleague().with_phone()
    bram.log_in()
    old = bram.worker.last_code()
    business.pass_time()
    bram.browser.press(AGAIN)
    new = bram.worker.last_code()
    assert old != new
    assert bram.browser.press(CONFIRM, code=old).status == 422
    bram.browser.press(CONFIRM, code=new)
    assert bram.is_in


def test_code_of_another_attempt_is_refused(business: Business) -> None:
    """B4-11: the same person, the same number, another browser."""
    bram = business.colleague().with_phone()
    bram.log_in()
    code = bram.worker.last_code()
    other = bram.elsewhere()
    other.log_in()
    assert other.browser.press(CONFIRM, code=code).status == 422
    bram.browser.press(CONFIRM, code=code)
    assert bram.is_in


def test_code_of_the_app_works_once(business: Business) -> None:
    """B4-06: whoever looked over a shoulder comes too late."""
    marieke = business.colleague().with_app()
    marieke.log_in()
    code = marieke.app_code()
    marieke.browser.press(CONFIRM, code=code)
    assert marieke.is_in
    other = marieke.elsewhere()
    other.log_in()
    assert other.browser.press(CONFIRM, code=code).status == 422
    assert not other.has_session


def test_code_of_two_steps_ahead_is_refused(business: Business) -> None:
    """B4-07: one step each way, never more."""
    marieke = business.colleague().with_app()
    marieke.log_in()
    assert marieke.browser.press(CONFIRM, code=marieke.app_code(steps=3)).status == 422


def test_of_two_at_once_with_the_right_code_one_is_let_in(business: Business) -> None:
    """B4-06, B4-08: one code, many presses, one session."""
    bram = business.colleague().with_phone()
    page = bram.log_in()
    fields = filled(page.form(CONFIRM), CONFIRM) | {"code": bram.worker.last_code()}
    start = Barrier(4)
    cookie = bram.browser.cookie_header(page.url)

    def press(_: int) -> str:
        start.wait()
        answer = bram.system.broker_answer(
            page.url + "/code",
            method="POST",
            data=fields,
            headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"},
        )
        return answer.headers.get("Location", "")

    with ThreadPoolExecutor(4) as pool:
        places = list(pool.map(press, range(4)))
    assert sum(place.startswith(bram.portal.redirect_uri) for place in places) == 1


def test_other_way_is_one_press_away(business: Business) -> None:
    """Several factors: the app comes first, the text is sent when it is chosen, each is worth its own."""
    daan = business.colleague().with_app().with_phone()
    page = daan.log_in()
    assert "Open de app" in page.text
    page = daan.browser.press("Gebruik een sms")
    assert "sms met een code gestuurd" in page.text
    page = daan.browser.press("Gebruik de app")
    assert "Open de app" in page.text
    business.pass_time()
    daan.browser.press("Gebruik een sms")
    daan.browser.press(CONFIRM, code=daan.worker.last_code())
    assert daan.claims()["acr"] == WITH_SMS


def test_way_that_the_account_does_not_have_is_not_judged(business: Business) -> None:
    """A made-up kind leads back to the page and costs nothing."""
    marieke = business.colleague().with_app()
    page = marieke.log_in()
    form = filled(page.form(CONFIRM), CONFIRM)
    for way in ("sms", "recovery", "passkey", ""):
        shown = marieke.browser.post_here(page.url + "/code", form | {"way": way, "code": "123456"})
        assert (shown.status, shown.heading, _fault(shown)) == (200, ASK, "")
    assert "4 keer" in _fault(marieke.browser.press(CONFIRM, code=marieke.wrong_code()))


def test_recovery_code_stands_in_for_the_app_once(business: Business) -> None:
    """A phone that is lost locks nobody out; what was used is used."""
    marieke = business.colleague().with_app().with_recovery_codes()
    marieke.log_in()
    page = marieke.browser.press("Gebruik een herstelcode")
    assert page.heading == "Vul een herstelcode in"
    code = marieke.recovery_codes[0]
    marieke.browser.press(CONFIRM, code=code.lower().replace("-", " "))
    assert marieke.claims()["acr"] == WITH_APP
    other = marieke.elsewhere()
    other.log_in()
    other.browser.press("Gebruik een herstelcode")
    assert other.browser.press(CONFIRM, code=code).status == 422


def test_used_up_budget_leaves_the_other_ways_open(business: Business) -> None:
    """B4-09: a clear word in place of a sixth text, and the app still works."""
    daan = business.colleague().with_app().with_phone()
    for _ in range(5):
        again = daan.elsewhere()
        again.log_in()
        again.browser.press("Gebruik een sms")
    daan.log_in()
    page = daan.browser.press("Gebruik een sms")
    assert _notice(page) == "Wij kunnen nu geen code sturen"
    daan.browser.press("Gebruik de app")
    daan.browser.press(CONFIRM, code=daan.app_code())
    assert daan.is_in


def test_way_with_too_many_wrong_codes_in_a_day_says_so(business: Business) -> None:
    """B4-05: twenty a day for a kind; a recovery code still opens the door to its owner."""
    marieke = business.colleague().with_app().with_recovery_codes()
    marieke.log_in()
    for number in range(20):
        page = marieke.browser.press(CONFIRM, code=marieke.wrong_code())
        if number % 5 == 4:
            marieke.browser.open(page.url)
            marieke.type_password()
    page = marieke.browser.press(CONFIRM, code=marieke.app_code())
    assert _notice(page) == "Deze manier kunt u vandaag niet meer gebruiken"
    marieke.browser.press("Gebruik een herstelcode")
    marieke.browser.press(CONFIRM, code=marieke.recovery_codes[0])
    assert marieke.is_in


def test_step_up_asks_before_it_sends(business: Business) -> None:
    """Who comes by a running session has pressed nothing here yet: the page has the button."""
    daan = business.colleague(IZA)
    daan.log_in()
    daan.with_phone()
    page = daan.arrive(acr_values=WITH_SMS)
    assert page.heading == "Laat een verificatiecode sturen"
    assert page.soup.select_one("#code") is None
    daan.browser.press("Code verzenden")
    daan.browser.press(CONFIRM, code=daan.worker.last_code())
    assert daan.claims()["acr"] == WITH_SMS


def test_way_back_ends_at_the_portal_without_a_session(business: Business) -> None:
    """The person turns round; nobody is logged in and the attempt is over."""
    marieke = business.colleague().with_app()
    page = marieke.log_in()
    marieke.browser.press("Terug naar Mijn CZ Zakelijk")
    assert marieke.portal.answer(marieke.page.url)["error"] == "access_denied"
    assert marieke.browser.open(page.url).status == 400
    assert not marieke.has_session


def test_password_that_waited_too_long_is_worth_nothing(business: Business) -> None:
    """A quarter of an hour after the password a right code comes too late."""
    marieke = business.colleague().with_app()
    marieke.log_in()
    business.pass_time(15 * 60 + 1)
    page = marieke.browser.press(CONFIRM, code=marieke.app_code())
    assert (page.status, page.heading) == (403, "U moet opnieuw inloggen")
    assert not marieke.has_session


def test_account_that_was_closed_meanwhile_gets_no_further(business: Business) -> None:
    """The account is looked at again at each step."""
    marieke = business.colleague().with_app()
    marieke.log_in()
    assert account_repository(marieke.system.stores).set_state(marieke.account.id, AccountState.DISABLED)
    page = marieke.browser.press(CONFIRM, code=marieke.app_code())
    assert (page.status, page.heading) == (403, "Uw account is geblokkeerd")
    assert not marieke.has_session


def test_address_without_the_password_before_it_leads_nowhere(business: Business) -> None:
    """B4-12: the step's address, straight after the portal, and in a browser that did not begin."""
    marieke = business.colleague().with_app()
    page = marieke.arrive()
    assert marieke.browser.open(page.url + "/second-factor").status == 400
    marieke.browser.open(page.url)
    page = marieke.type_password()
    assert marieke.system.browser().open(page.url).status == 400


def test_half_session_has_no_rights_anywhere(business: Business) -> None:
    """B4-12: every route there is, called with a browser of whom only the password is known."""
    marieke = business.colleague().with_app()
    page = marieke.log_in()
    attempt = urlsplit(page.url).path.split("/")[3]
    token = filled(page.form(CONFIRM), CONFIRM)["csrf_token"]
    assert isinstance(marieke.system.broker, Flask)
    called = 0
    for rule in rules(marieke.system):
        path = _filled_in(rule.rule, attempt)
        for method in sorted({"GET", "POST"} & methods(rule)):
            if rule.endpoint == "login.cancel":
                continue
            answer = marieke.system.broker_answer(
                marieke.system.issuer + path,
                method=method,
                buffered=True,
                data={"csrf_token": token, "way": "totp", "code": ""} if method == "POST" else None,
                headers={
                    "Cookie": marieke.browser.cookie_header(page.url),
                    "Sec-Fetch-Site": "same-origin",
                },
            )
            called += 1
            assert "code=" not in answer.headers.get("Location", ""), rule
            assert not any("session-" in cookie for cookie in answer.headers.getlist("Set-Cookie")), rule
            assert marieke.account.email not in answer.get_data(as_text=True), rule
            assert "Bea Bakker" not in answer.get_data(as_text=True), rule
    assert called > 30
    silent = marieke.browser.open(marieke.portal.begin(prompt="none").url)
    assert marieke.portal.answer(silent.url)["error"] == "login_required"


def _filled_in(path: str, attempt: str) -> str:
    for name, value in (("brand", "cz"), ("attempt", attempt), ("scheme", "digid"), ("provider", "digid")):
        path = path.replace(f"<{name}>", value).replace(f"<any(digid):{name}>", value)
    return path.replace("<path:filename>", "base.css")


def test_english_page_has_english_words(business: Business) -> None:
    """The code is asked, refused and sent in the language of the page."""
    bram = business.colleague(language="en").with_phone()
    bram.arrive()
    page = bram.type_password("Log in")
    assert (page.language, page.heading) == ("en", "Enter the verification code")
    page = bram.browser.press("Confirm code", code="1")
    assert _fault(page) == "Enter six digits."
    page = bram.browser.press("Confirm code", code=_unlike(bram.worker.last_code()))
    assert _fault(page) == "This code is not right. You can try 4 more codes."
    bram.worker.last_code()
    assert "is your code to log in at CZ" in bram.worker.desk.taken[-1].body["text"]


def test_two_people_in_one_attempt_are_kept_apart(business: Business) -> None:
    """Another password in the same browser is another person: the first one's code opens nothing."""
    first = business.colleague().with_phone()
    page = first.log_in()
    code = first.worker.last_code()
    second: Colleague = business.colleague().with_phone()
    second.browser, second.attempt = first.browser, first.attempt
    first.browser.open(page.url.removesuffix("/second-factor"))
    second.type_password()
    page = second.page
    assert _notice(page) == "Wij hebben net een code gestuurd"
    business.pass_time()
    second.browser.press("Code verzenden")
    assert second.browser.press(CONFIRM, code=code).status == 422
