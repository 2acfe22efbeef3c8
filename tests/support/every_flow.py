"""Every flow there is, driven against a real server with marked persons and secrets."""

from __future__ import annotations

import base64
import re
import time
from urllib.parse import parse_qsl, quote, urlsplit

from broker.worker import delivery_of
from demo.digid.faults.table import FAULTS
from demo.people import PEOPLE, Person
from tests.support.business import PASSWORD, SECRET, Business, Worker
from tests.support.mailbox import Mailbox, Post, Received
from tests.support.markers import Markers
from tests.support.registration import EMAIL, Newcomer
from tests.support.sms_gateway import GatewayDesk
from tests.support.system import DIGID, System, digid_of, someone
from tests.support.watched_broker import WatchedBroker, get

ERROR = 400
_MAIL_WITHIN_SECONDS = 90


def drive_everything(broker: WatchedBroker, mailbox: Mailbox, markers: Markers) -> None:
    """Every flow there is."""
    for person in PEOPLE:
        _mark_person(markers, person)
    _log_in_and_out(broker, markers)
    _log_in_with_the_app(broker.system, markers)
    _turn_back(broker.system)
    _go_wrong_at_digid(broker, markers)
    _play_with_requests(broker, markers)
    _level_too_low(broker.system)
    _register(broker.system, mailbox, markers)
    _log_in_with_a_password(broker.system, mailbox, markers)
    _mark_what_was_made_up(broker, markers)


def _mark_what_was_made_up(broker: WatchedBroker, markers: Markers) -> None:
    """Secrets of cookies, artifacts and SMS codes: known only afterwards."""
    for exchange in broker.traffic:
        for name, value in exchange.headers:
            if name.lower() == "set-cookie":
                secret = value.partition("=")[2].partition(";")[0].rpartition(".")[2].strip('"')
                markers.add("cookie", secret if len(secret) > 20 else None)
        markers.add("artifact", dict(parse_qsl(exchange.query)).get("SAMLart"))
    for _, text in broker.system.phone.sent:
        for code in re.findall(r"\b\d{6}\b", text):
            markers.add("sms code", code)


def _mark_person(markers: Markers, person: Person) -> None:
    markers.add("name", person.name)
    for number in person.phone_numbers:
        markers.add("phone", number)
        markers.add("phone", number.removeprefix("+"))
    for address in person.email_addresses:
        markers.add("mail", address)
    for account in person.accounts:
        markers.add("password", account.password)
        markers.add("secret of an app", account.totp_secret)
    if person.digid is not None:
        markers.add("bsn", person.digid.bsn)
        markers.add("password", person.digid.password)
        markers.add("username", person.digid.username)


def _log_in_and_out(broker: WatchedBroker, markers: Markers) -> None:
    system, portal = broker.system, broker.system.portal()
    browser, attempt = system.browser(), portal.begin(login_hint="sanne.devries@post.example")
    answer = portal.answer(system.log_in(browser, attempt.url))
    markers.add("code", answer["code"])
    first = portal.redeem(answer["code"], attempt).json
    assert first is not None
    markers.add("access token", first["access_token"])
    markers.add("id token", first["id_token"])
    signed = portal.open_id_token(first["id_token"])
    markers.add("id token", signed)
    markers.add("id token", signed.split(".")[1])
    # The search is only worth something when the markers did go through.
    assert portal.read_id_token(first["id_token"])["bsn"] == digid_of("sanne").bsn
    assert portal.userinfo(first["access_token"]).status_code == 200
    assert portal.redeem(answer["code"], attempt).status_code == 400
    # Once more, by the session that there is now; and by form_post.
    again = portal.begin(response_mode="form_post")
    browser.open(again.url)
    markers.add("code", str(browser.page.soup.find("input", {"name": "code"})["value"]))  # type: ignore[index] # it is there
    browser.open(f"{system.issuer}/oauth2/logout?id_token_hint={signed}&client_id=mijn-cz")
    browser.open(f"{system.issuer}/oauth2/logout?client_id=mijn-cz&logout_hint={digid_of('sanne').bsn}")


def _log_in_with_the_app(system: System, markers: Markers) -> None:
    browser, portal = system.browser(language="en"), system.portal()
    attempt = portal.begin(ui_locales="en")
    browser.open(attempt.url)
    browser.press("DigiD")
    markers.add("code", portal.answer(system.pass_digid_with_app(browser, "fatima"))["code"])


def _turn_back(system: System) -> None:
    at_digid = system.browser()
    at_digid.open(system.portal().begin().url)
    at_digid.press("Inloggen met DigiD")
    at_digid.press("Annuleren")
    here = system.browser()
    here.open(system.portal().begin().url)
    here.press("Terug naar Mijn CZ")
    forged = system.browser()
    forged.open(system.portal().begin().url)
    action = forged.page.form("Inloggen met DigiD")["action"]
    forged.post_from_elsewhere(f"{system.issuer}{action}", {"csrf_token": digid_of("sanne").bsn})


def _go_wrong_at_digid(broker: WatchedBroker, markers: Markers) -> None:
    """Each fault that the simulator knows; the breaker is given time to forget by moving the clock."""
    system = broker.system
    for fault in FAULTS:
        system.fault(fault.name)
        browser = system.browser()
        browser.open(system.portal().begin().url)
        if "Inloggen met DigiD" not in browser.page.text:
            continue
        browser.press("Inloggen met DigiD")
        if browser.page.url.startswith(DIGID):
            _note_code(markers, system.pass_digid(browser))
        system.fault(None)


def _note_code(markers: Markers, url: str) -> None:
    for name, value in parse_qsl(urlsplit(url).query):
        if name == "code":
            markers.add("code", value)


def _play_with_requests(broker: WatchedBroker, markers: Markers) -> None:
    """Markers where none belong: in paths, queries, headers, fields, methods, and where programs call."""
    bsn, name = digid_of("sanne").bsn, someone("sanne").name
    host = f"localhost:{broker.port}"
    for path in (
        f"/{bsn}",
        f"/cz/login/{bsn}",
        f"/cz/login/{bsn}?bsn={bsn}",
        f"/{bsn}/login/x",
        f"/saml/{bsn}/digid/acs?SAMLart={bsn}&RelayState={bsn}",
        f"/saml/cz/digid/acs?SAMLart={bsn}&RelayState={quote(name)}",
        f"/oauth2/authorize?client_id={bsn}&redirect_uri={quote(name)}",
        f"/oauth2/authorize?client_id=mijn-cz&redirect_uri=http://127.0.0.1:8401/callback&scope={bsn}&state={bsn}",
        f"/oauth2/authorize/continue?handle={bsn}",
        f"/oauth2/logout?id_token_hint={bsn}&post_logout_redirect_uri=http://{bsn}.example/",
        f"/oauth2/userinfo?access_token={bsn}",
        f"/static/{bsn}.css",
        f"/?lang={bsn}",
        "/%0d%0aSet-Cookie:%20x=" + bsn,
    ):
        get(broker.port, path, Host=host, **{"User-Agent": bsn, "Referer": f"http://x/{bsn}", "Cookie": bsn})
    get(broker.port, "/", Host=f"{bsn}.example")
    get(broker.port, "/oauth2/userinfo", Host=host, Authorization=f"Bearer {bsn}")
    for form in (
        {"grant_type": "authorization_code", "code": bsn, "code_verifier": name},
        {"grant_type": bsn},
        {"grant_type": "refresh_token", "refresh_token": bsn},
    ):
        system = broker.system
        assert system.portal().post_token(form).status_code >= ERROR
        system.broker_answer(
            f"{system.issuer}/oauth2/token", method="POST", data={**form, "client_id": f"{bsn}\r\n{name}"}
        )
        system.broker_answer(
            f"{system.issuer}/oauth2/token",
            method="POST",
            data=form,
            headers={"Authorization": "Basic " + base64.b64encode(f"{bsn}:{name}".encode()).decode()},
        )
    markers.add("client assertion", broker.system.portal().assertion())


def _level_too_low(system: System) -> None:
    """Somebody whose DigiD does not reach the level: the simulator sends him back by itself."""
    browser = system.browser()
    browser.open(system.portal().begin().url)
    browser.press("Inloggen met DigiD")
    system.fault("level-lower")
    system.pass_digid(browser)
    system.fault(None)


def _register(system: System, mailbox: Mailbox, markers: Markers) -> None:
    """Jelle makes an account: wrong words first, then the mail and its link, which is used twice."""
    delivery = delivery_of(system.settings, system.stores)
    assert delivery is not None
    # The post is not asked to deliver: that is the work of the worker beside the server.
    newcomer = Newcomer(system, Post(mailbox, delivery), system.browser())
    newcomer.arrive()
    newcomer.fill_in(name="", email="jelle")
    markers.add("mail", EMAIL)
    newcomer.ask_mail()
    mail = _arrived(mailbox)
    markers.add("link", parse_qsl(urlsplit(mail.link).query)[0][1])
    newcomer.open_link(mail)
    _note_code(markers, newcomer.page.url)
    newcomer.browser.follow_link_from_elsewhere(mail.link)
    system.browser().follow_link_from_elsewhere(mail.link + "x")


def _log_in_with_a_password(system: System, mailbox: Mailbox, markers: Markers) -> None:
    """Somebody of a company: wrong words first, then the password and the app."""
    delivery = delivery_of(system.settings, system.stores)
    assert delivery is not None
    colleague = Business(system, Worker(mailbox, GatewayDesk(), delivery)).colleague().with_app()
    markers.add("name", colleague.account.name)
    markers.add("mail", colleague.account.email)
    markers.add("password", PASSWORD)
    markers.add("secret of an app", SECRET)
    colleague.arrive()
    colleague.browser.press("Inloggen", email=colleague.account.email, password=f"niet {PASSWORD}")
    colleague.type_password()
    colleague.browser.press("Code bevestigen", code=colleague.wrong_code())
    code = colleague.app_code()
    markers.add("code of an app", code)
    colleague.browser.press("Code bevestigen", code=code)
    assert colleague.is_in
    _note_code(markers, colleague.page.url)


def _arrived(mailbox: Mailbox) -> Received:
    """The mail, which the worker beside the server sends in its own time."""
    deadline = time.monotonic() + _MAIL_WITHIN_SECONDS
    while not mailbox.received:
        assert time.monotonic() < deadline, "no mail came"
        time.sleep(0.05)
    return mailbox.last()
