"""Logging in at the DigiD simulator: what people see, what blocks them, and how sure the outcome is."""

from __future__ import annotations

import re

import pytest
from bs4 import BeautifulSoup
from lxml import etree
from werkzeug.test import TestResponse

from demo.digid.sms import SmsNotSent
from tests.demo.digid.conftest import World, artifact_in, words
from tests.demo.digid.service_provider import MIDDEN, only, status_codes, xpath

CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
BASIS, SUBSTANTIEEL, HOOG = (
    f"{CLASSES}{name}" for name in ("PasswordProtectedTransport", "Smartcard", "SmartcardPKI")
)
BLOCKED = "tijdelijk geblokkeerd"
WRONG = "De combinatie van gebruikersnaam en wachtwoord klopt niet"


def tiles(page: TestResponse) -> list[str]:
    """The labels of the means on the first page."""
    return [tile.get_text() for tile in BeautifulSoup(page.text, "html.parser").select(".tile-label")]


def type_password(world: World, path: str, username: str, password: str = "fout") -> TestResponse:
    """Fills in the form of the SMS check."""
    return world.browser.post(f"{path}/sms", data={"username": username, "password": password})


def pending(world: World, person: str) -> list[dict[str, str]]:
    """What a person's phone shows."""
    answer = world.browser.get("/api/app/pending", query_string={"person": person}).get_json()
    found = answer["pending"]
    assert isinstance(found, list)
    return found


def confirm(world: World, person: str, login: str, pin: str) -> TestResponse:
    """Types the pin on the phone."""
    return world.browser.post("/api/app/confirm", json={"person": person, "id": login, "pin": pin})


def app_login(world: World, person: str, username: str, **changes: str | None) -> etree._Element:
    """A whole login with the app; gives the ArtifactResponse."""
    path = world.login_path(**changes)
    means = "identiteitsbewijs" if changes.get("level") == HOOG else "app"
    world.browser.post(f"{path}/{means}", data={"username": username})
    (waiting,) = pending(world, person)
    assert confirm(world, person, waiting["id"], "12345").get_json() == {"state": "confirmed"}
    return world.resolve(artifact_in(world.browser.get(f"{path}/telefoon")))


def class_ref(message: etree._Element) -> str | None:
    """The level in the answer."""
    return only(message, ".//saml:AuthnContextClassRef").text


def assert_cancelled(world: World, response: TestResponse) -> None:
    """Back at the web service with Responder/AuthnFailed and no Assertion."""
    (inner,) = xpath(world.resolve(artifact_in(response)), "samlp:Response")
    assert status_codes(inner) == ["Responder", "AuthnFailed"]
    assert xpath(inner, "saml:Assertion") == []


@pytest.mark.parametrize(
    ("level", "offered"),
    [
        (BASIS, ["Met de DigiD app", "Met gebruikersnaam en wachtwoord"]),
        (MIDDEN, ["Met de DigiD app", "Met controle via SMS"]),
        (SUBSTANTIEEL, ["Met de DigiD app"]),
        (HOOG, ["Met een identiteitsbewijs"]),
    ],
)
def test_first_page_offers_the_means_of_the_level(world: World, level: str, offered: list[str]) -> None:
    """What can be chosen follows from what was asked."""
    page = world.browser.get(world.login_path(level=level))
    assert tiles(page) == offered
    assert "Hoe wilt u inloggen?" in words(page)


def test_sms_check_goes_from_tile_to_artifact(world: World) -> None:
    """J1: user name, password, six digits from the SMS."""
    path = world.login_path()
    form = words(world.browser.get(f"{path}/sms"))
    for label in ("DigiD gebruikersnaam", "Wachtwoord", "Inloggen", "Vorige", "Annuleren"):
        assert label in form
    code_page = world.browser.get(type_password(world, path, " MJansen ", "Appeltaart-1").headers["Location"])
    assert "Sms-code" in words(code_page)
    (to, text), code = world.sms.sent[0], world.sms.last_code
    assert to == "+31611111111"
    assert "Mijn Voorbeeld" in text
    assert re.fullmatch(r"\d{6}", code)
    message = world.resolve(artifact_in(world.browser.post(f"{path}/code", data={"code": code})))
    assert class_ref(message) == MIDDEN


def test_sms_code_works_once(world: World) -> None:
    """The code of a finished login opens nothing again, and the address leads to the same used artifact."""
    path = world.login_path()
    type_password(world, path, "mjansen", "Appeltaart-1")
    first = world.browser.post(f"{path}/code", data={"code": world.sms.last_code})
    second = world.browser.post(f"{path}/code", data={"code": world.sms.last_code})
    assert second.headers["Location"] == first.headers["Location"]
    world.resolve(artifact_in(first))
    assert status_codes(world.resolve(artifact_in(second))) == ["Requester", "RequestDenied"]


def test_sms_code_expires_after_ten_minutes(world: World) -> None:
    """An old code is refused with a way to get a new one, which works."""
    path = world.login_path()
    type_password(world, path, "mjansen", "Appeltaart-1")
    world.clock.advance(minutes=10)
    late = world.browser.post(f"{path}/code", data={"code": world.sms.last_code})
    assert "ouder dan 10 minuten" in words(late)
    old = world.sms.last_code
    world.browser.post(f"{path}/code/opnieuw")
    assert len(world.sms.sent) == 2
    if old != world.sms.last_code:
        assert "klopt niet" in words(world.browser.post(f"{path}/code", data={"code": old}))
    artifact_in(world.browser.post(f"{path}/code", data={"code": world.sms.last_code}))


def test_wrong_sms_codes_count_as_attempts(world: World) -> None:
    """The third wrong code blocks, and the right one then comes too late."""
    path = world.login_path()
    type_password(world, path, "mjansen", "Appeltaart-1")
    wrong = "000000" if world.sms.last_code != "000000" else "111111"
    for _ in range(2):
        assert "Deze sms-code klopt niet" in words(world.browser.post(f"{path}/code", data={"code": wrong}))
    assert BLOCKED in words(world.browser.post(f"{path}/code", data={"code": wrong}))
    after = world.browser.post(f"{path}/code", data={"code": world.sms.last_code})
    assert "SAMLart" not in after.headers.get("Location", "")


@pytest.mark.parametrize("username", ["mjansen", "bestaat-niet"])
def test_three_failures_block_for_a_quarter_of_an_hour(world: World, username: str) -> None:
    """A user name that nobody has is treated exactly the same."""
    path = world.login_path()
    pages = [type_password(world, path, username) for _ in range(3)]
    assert [WRONG in words(page) for page in pages] == [True, True, False]
    assert pages[2].status_code == 403
    assert BLOCKED in words(pages[2])
    assert BLOCKED in words(type_password(world, path, username.upper(), "Appeltaart-1"))
    world.clock.advance(minutes=15)
    assert WRONG in words(type_password(world, world.login_path(), username))


def test_block_ends_after_a_quarter_of_an_hour(world: World) -> None:
    """Then the right password works."""
    for _ in range(3):
        type_password(world, world.login_path(), "mjansen")
    world.clock.advance(minutes=14, seconds=59)
    assert BLOCKED in words(type_password(world, world.login_path(), "mjansen", "Appeltaart-1"))
    world.clock.advance(seconds=1)
    assert world.sms_login()


def test_failures_of_more_than_a_day_ago_do_not_count(world: World) -> None:
    """Two mistakes yesterday and one today block nobody."""
    for _ in range(2):
        type_password(world, world.login_path(), "mjansen")
    world.clock.advance(hours=24)
    assert WRONG in words(type_password(world, world.login_path(), "mjansen"))
    assert world.sms_login()


def test_login_that_succeeds_forgets_failures(world: World) -> None:
    """Two mistakes, a success, two mistakes: not blocked."""
    for _ in range(2):
        for _ in range(2):
            type_password(world, world.login_path(), "mjansen")
        assert world.sms_login()


def test_password_alone_reaches_basis(world: World) -> None:
    """When Basis is asked, the password is enough and the answer says Basis."""
    path = world.login_path(level=BASIS)
    done = world.browser.post(f"{path}/wachtwoord", data={"username": "bbos", "password": "Appeltaart-3"})
    assert class_ref(world.resolve(artifact_in(done))) == BASIS


def test_password_alone_is_not_offered_above_basis(world: World) -> None:
    """Typing the address by hand does not help."""
    path = world.login_path()
    tried = world.browser.post(f"{path}/wachtwoord", data={"username": "mjansen", "password": "Appeltaart-1"})
    assert (tried.status_code, tried.headers["Location"]) == (303, path)


def test_sms_check_tells_who_has_no_sms_check(world: World) -> None:
    """A message with OK, back to the choice, and Annuleren."""
    path = world.login_path()
    page = type_password(world, path, "bbos", "Appeltaart-3")
    assert "Dit kan niet met uw DigiD" in words(page)
    assert {"OK", "Annuleren"} <= {
        button.get_text() for button in BeautifulSoup(page.text, "html.parser")("button")
    }
    assert world.sms.sent == []
    assert world.browser.post(f"{path}/terug").headers["Location"] == path


@pytest.mark.parametrize(
    ("person", "username", "asked", "reached"),
    [
        ("mia", "mjansen", MIDDEN, MIDDEN),
        ("sub", "ssmit", MIDDEN, SUBSTANTIEEL),
        ("sub", "ssmit", SUBSTANTIEEL, SUBSTANTIEEL),
        ("mia", "mjansen", BASIS, MIDDEN),
        ("hoog", "hhof", SUBSTANTIEEL, SUBSTANTIEEL),
        ("hoog", "hhof", HOOG, HOOG),
    ],
)
def test_app_gives_at_least_the_level_that_was_asked(
    world: World, person: str, username: str, asked: str, reached: str
) -> None:
    """J2, item 8: the answer may be higher than the question."""
    assert class_ref(app_login(world, person, username, level=asked)) == reached


def test_app_that_does_not_reach_the_level_says_so(world: World) -> None:
    """The pin is right, the level is not: nothing lower is handed out."""
    path = world.login_path(level=SUBSTANTIEEL)
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    refused = confirm(world, "mia", waiting["id"], "12345")
    assert (refused.status_code, refused.get_json()) == (403, {"state": "level-too-low"})
    assert "Dit kan niet met uw DigiD" in words(world.browser.get(f"{path}/telefoon"))
    assert_cancelled(world, world.browser.post(f"{path}/annuleren"))


def test_phone_shows_the_login_that_waits_for_it(world: World) -> None:
    """Which web service, since when; and only on the phone of the person who was named."""
    path = world.login_path()
    assert pending(world, "mia") == []
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    assert waiting["service"] == "Mijn Voorbeeld"
    assert waiting["started_at"] == world.clock().isoformat()
    assert pending(world, "sub") == pending(world, "zonder") == pending(world, "niemand") == []
    page = world.browser.get(f"{path}/telefoon")
    assert 'http-equiv="refresh"' in page.text
    assert "Ik heb bevestigd" in words(page)


def test_waiting_page_is_the_same_for_a_name_nobody_has(world: World) -> None:
    """The page does not tell who exists."""
    pages = []
    for username in ("mjansen", "bestaat-niet"):
        path = world.login_path()
        world.browser.post(f"{path}/app", data={"username": username})
        pages.append(world.browser.get(f"{path}/telefoon").text.replace(path, ""))
    assert pages[0] == pages[1]


def test_wrong_pins_block(world: World) -> None:
    """Three wrong pins, and the right one is refused too."""
    path = world.login_path()
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    states = [confirm(world, "mia", waiting["id"], pin) for pin in ("1", "2", "3", "12345")]
    assert [answer.status_code for answer in states] == [403] * 4
    assert [answer.get_json()["state"] for answer in states] == [
        "wrong-pin",
        "wrong-pin",
        "blocked",
        "blocked",
    ]


def test_another_persons_phone_cannot_confirm(world: World) -> None:
    """An app belongs to one person."""
    path = world.login_path()
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    refused = confirm(world, "sub", waiting["id"], "12345")
    assert (refused.status_code, refused.get_json()) == (410, {"state": "gone"})


def test_confirming_twice_is_gone(world: World) -> None:
    """A login is confirmed once."""
    path = world.login_path()
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    assert confirm(world, "mia", waiting["id"], "12345").status_code == 200
    assert confirm(world, "mia", waiting["id"], "12345").status_code == 410


def test_rejecting_on_the_phone_cancels(world: World) -> None:
    """The browser returns with AuthnFailed."""
    path = world.login_path()
    world.browser.post(f"{path}/app", data={"username": "mjansen"})
    (waiting,) = pending(world, "mia")
    rejected = world.browser.post("/api/app/reject", json={"person": "mia", "id": waiting["id"]})
    assert rejected.get_json() == {"state": "rejected"}
    assert_cancelled(world, world.browser.get(f"{path}/telefoon"))


def test_phone_calls_must_be_json_from_this_machine(world: World) -> None:
    """A form of another site, or a caller elsewhere, steers nothing."""
    form = world.browser.post("/api/app/confirm", data={"person": "mia", "id": "x", "pin": "12345"})
    assert form.status_code == 415
    elsewhere = world.browser.get("/api/app/pending?person=mia", environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert elsewhere.status_code == 403


@pytest.mark.parametrize("step", ["first page", "password", "code", "phone"])
def test_annuleren_works_at_every_step(world: World, step: str) -> None:
    """Item 9: always a button, always AuthnFailed."""
    path = world.login_path()
    if step == "code":
        type_password(world, path, "mjansen", "Appeltaart-1")
    if step == "phone":
        world.browser.post(f"{path}/app", data={"username": "mjansen"})
    place = {"first page": "", "password": "/sms", "code": "/code", "phone": "/telefoon"}[step]
    page = BeautifulSoup(world.browser.get(f"{path}{place}").text, "html.parser")
    (button,) = (one for one in page("button") if one.get_text(strip=True) == "Annuleren")
    form = button.find_parent("form")
    assert form is not None
    assert form["method"] == "post"
    assert_cancelled(world, world.browser.post(str(form["action"])))


def test_login_expires_after_a_quarter_of_an_hour(world: World) -> None:
    """DigiD says so itself and does not return."""
    path = world.login_path()
    type_password(world, path, "mjansen", "Appeltaart-1")
    world.clock.advance(minutes=15, seconds=1)
    late = world.browser.post(f"{path}/code", data={"code": world.sms.last_code})
    assert late.status_code == 410
    assert "Uw sessie is verlopen" in words(late)


def test_login_belongs_to_the_browser_that_began_it(world: World) -> None:
    """Somebody else's address is an expired page."""
    path = world.login_path()
    assert world.new_browser().get(path).status_code == 410


def test_two_logins_in_one_browser_do_not_mix(world: World) -> None:
    """Each tab returns with its own request."""
    first, second = world.login_path(), world.login_path()
    requests = world.sp.request_ids
    for path, request_id in ((first, requests[0]), (second, requests[1])):
        message = world.resolve(artifact_in(world.browser.post(f"{path}/annuleren")))
        assert only(message, "samlp:Response").get("InResponseTo") == request_id


@pytest.mark.parametrize("address", ["/", "/faults", "/niets", "login"])
def test_pages_refuse_frames_and_scripts(world: World, address: str) -> None:
    """Item 10, on every page."""
    page = world.browser.get(world.login_path() if address == "login" else address)
    assert page.headers["X-Frame-Options"] == "DENY"
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" in page.headers["Cache-Control"]
    assert "Simulator" in words(page)


def test_web_service_without_provider_name_is_called_what_its_metadata_says(world: World) -> None:
    """ProviderName is optional; the registered name takes its place."""
    page = world.browser.get(world.login_path(ProviderName=None))
    assert "Inloggen bij Mijn CZ" in words(page)


def test_user_name_stays_after_a_mistake_and_is_only_text(world: World) -> None:
    """What was typed comes back in its field, and never as markup; the password does not."""
    page = type_password(world, world.login_path(), '"><b>x', "geheim-woord")
    field = BeautifulSoup(page.text, "html.parser").find("input", {"name": "username"})
    assert field is not None
    assert field.get("value") == '"><b>x'
    assert "geheim-woord" not in page.text


def test_sms_that_cannot_be_sent_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The person stays on the form and may try again."""

    def refuse(_to: str, _text: str) -> None:
        raise SmsNotSent

    path = world.login_path()
    monkeypatch.setattr(world.sms, "send", refuse)
    assert "De sms kon niet worden verstuurd" in words(type_password(world, path, "mjansen", "Appeltaart-1"))
    monkeypatch.undo()
    assert type_password(world, path, "mjansen", "Appeltaart-1").headers["Location"] == f"{path}/code"
