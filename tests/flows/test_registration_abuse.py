"""J3 and J40: links that do nothing, limits, and people who try more than registering."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from werkzeug.test import Client

from broker.accounts.registration.store import PendingRegistrations
from broker.domain.bsn import Bsn
from broker.web.csrf import token_for
from broker.wiring.repositories import account_repository
from tests.support.registration import EMAIL, FORM, MAILED, NAME, Newcomer, count_accounts, has_account
from tests.support.system import digid_of

pytestmark = pytest.mark.flow

A_DAY_SECONDS = 24 * 3600
IN_USE = "sanne.devries@post.example"
THREADS = 50


def link_token(link: str) -> str:
    """The secret of a link."""
    return parse_qs(urlsplit(link).query)["link"][0]


def test_link_works_once(newcomer: Newcomer) -> None:
    """The second use says so, and where to log in."""
    mail = newcomer.mailed()
    newcomer.elsewhere().open_link(mail)
    story = newcomer.system.story()
    again = newcomer.elsewhere().browser.follow_link_from_elsewhere(mail.link)
    assert (again.status, again.heading) == (410, "Deze link is al gebruikt")
    assert again.soup.find("a", href="http://127.0.0.1:8401/")
    assert story.events() == []
    token = link_token(mail.link)
    page = newcomer.elsewhere().browser.post_here(
        f"{newcomer.system.issuer}/cz/activate", {"link": token, "csrf_token": token_for(token)}
    )
    assert (page.status, page.heading) == (410, "Deze link is al gebruikt")
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("registration.link-refused", "link-used")
    ]


def test_fifty_at_once_make_one_account(newcomer: Newcomer) -> None:
    """One wins and says so; the others read that the link was used; the audit log tells of one account."""
    mail = newcomer.mailed()
    before, story, token = count_accounts(newcomer.system), newcomer.system.story(), link_token(mail.link)
    start = threading.Barrier(THREADS)

    def press(_: int) -> int:
        client = Client(newcomer.system.broker)
        start.wait()
        return client.post(
            "/cz/activate",
            base_url=newcomer.system.issuer,
            data={"link": token, "csrf_token": token_for(token)},
            headers={"Sec-Fetch-Site": "same-origin"},
        ).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        answers = list(pool.map(press, range(THREADS)))
    assert sorted(answers) == [200] + [410] * (THREADS - 1)
    assert count_accounts(newcomer.system) == before + 1
    assert story.kinds().count("registration.completed") == 1


def test_link_is_still_good_when_its_first_use_was_cut_off(newcomer: Newcomer) -> None:
    """The process died with the account made and the link not yet used up: a second try ends well."""
    mail = newcomer.mailed()
    bsn, stores = Bsn(digid_of("jelle").bsn), newcomer.system.stores
    held = PendingRegistrations(stores.records).find("cz", bsn)
    assert held is not None
    account_repository(stores).register_consumer("cz", NAME, EMAIL, bsn, new_id=held.registration.account_id)
    before, story = count_accounts(newcomer.system), newcomer.system.story()
    newcomer.open_link(mail)
    assert newcomer.is_in
    assert count_accounts(newcomer.system) == before
    # Who made the account wrote it down in the same transaction.
    assert story.kinds() == ["login.granted"]


def test_link_expires_after_a_day(newcomer: Newcomer) -> None:
    """It says that it is too old rather than wrong, and nothing is made."""
    mail = newcomer.mailed()
    newcomer.system.clock.advance(A_DAY_SECONDS + 1)
    page = newcomer.elsewhere().browser.follow_link_from_elsewhere(mail.link)
    assert (page.status, page.heading) == (410, "Deze link is verlopen")
    assert "Log opnieuw in bij Mijn CZ" in page.text
    assert not has_account(newcomer.system)


IN_THE_YEAR_2097, LONG_AGO = "f0000000", "1"


@pytest.mark.parametrize(
    "link", ["", "x", "A" * 43 + IN_THE_YEAR_2097, "A" * 43 + "ffffffffff", "A" * 5000, "%00%0d%0a", "é" * 43]
)
def test_made_up_link_is_unknown(newcomer: Newcomer, link: str) -> None:
    """Tampered, cut off or invented: a page that says what to do, never a stack trace."""
    page = newcomer.browser.open(f"{newcomer.system.issuer}/cz/activate?link={link}")
    assert (page.status, page.heading) == (404, "Deze link klopt niet")
    assert newcomer.browser.open(f"{newcomer.system.issuer}/cz/activate").status == 404
    assert newcomer.browser.open(f"{newcomer.system.issuer}/nobody/activate?link=x").status == 404


def test_made_up_link_that_says_it_is_old_is_too_old(newcomer: Newcomer) -> None:
    """The end that a token states opens nothing: it chooses the words of a refusal alone."""
    page = newcomer.browser.open(f"{newcomer.system.issuer}/cz/activate?link={'A' * 43}{LONG_AGO}")
    assert (page.status, page.heading) == (410, "Deze link is verlopen")


def test_new_mail_makes_the_old_link_worthless(newcomer: Newcomer) -> None:
    """B4-14: a link dies when there is a newer one; the newest works."""
    first = newcomer.mailed()
    page = newcomer.browser.press("Stuur de e-mail opnieuw")
    assert page.heading == MAILED
    assert "Wij hebben een nieuwe e-mail gestuurd" in page.text
    second = newcomer.post.deliver()
    assert second.message_id != first.message_id
    old = newcomer.elsewhere().browser.follow_link_from_elsewhere(first.link)
    assert (old.status, old.heading) == (410, "Deze link werkt niet meer")
    assert "nieuwste e-mail" in old.text
    newcomer.open_link(second)
    assert newcomer.is_in


def test_mail_is_sent_again_three_times_and_no_more(newcomer: Newcomer) -> None:
    """The fourth wish gets a clear answer; the last link still works."""
    last = newcomer.mailed()
    for _ in range(3):
        newcomer.browser.press("Stuur de e-mail opnieuw")
        last = newcomer.post.deliver()
    story = newcomer.system.story()
    page = newcomer.browser.press("Stuur de e-mail opnieuw")
    assert "Wij sturen nu geen nieuwe e-mail" in page.text
    assert newcomer.post.delivery.run() == 0
    assert [(event.kind, event.detail["reason"]) for event in story.events()] == [
        ("registration.mail-refused", "resends")
    ]
    newcomer.open_link(last)
    assert newcomer.is_in


def test_starting_over_does_not_give_more_mail(newcomer: Newcomer) -> None:
    """Eight mails a day for a person, whatever the address and however often it is begun anew."""
    sent = 0
    for number in range(10):
        newcomer.arrive()
        newcomer.ask_mail(email=f"stranger{number}@post.example")
        sent += newcomer.post.delivery.run()
        newcomer.browser.press("Annuleren")
    assert sent == 8
    newcomer.system.clock.advance(A_DAY_SECONDS + 60)
    assert newcomer.mailed().recipient == EMAIL


def test_address_can_be_changed_and_its_link_dies_at_once(newcomer: Newcomer) -> None:
    """Whoever got the first mail by mistake can do nothing with it, from the moment of the button on."""
    wrong = newcomer.mailed(email="jelle.hoekstra@mistyped.example")
    page = newcomer.browser.press("Ander adres gebruiken")
    assert page.heading == FORM
    assert page.form("Verder").find("input", id="name")["value"] == NAME  # type: ignore[index] # there is one
    assert newcomer.elsewhere().browser.follow_link_from_elsewhere(wrong.link).status == 410
    newcomer.ask_mail()
    right = newcomer.post.deliver()
    assert right.recipient == EMAIL
    assert newcomer.elsewhere().browser.follow_link_from_elsewhere(wrong.link).status == 410
    newcomer.open_link(right)
    assert newcomer.system.portal().tokens(newcomer.page.url, newcomer.attempt).claims["email"] == EMAIL


def test_address_of_another_account_is_answered_like_a_free_one(newcomer: Newcomer) -> None:
    """The same page to the letter; only the mail, which its owner reads, tells that there is an account."""
    newcomer.arrive()
    free = newcomer.ask_mail().html
    newcomer.post.deliver()
    newcomer.browser.press("Ander adres gebruiken")
    used = newcomer.ask_mail(email=IN_USE.upper()).html
    mail = newcomer.post.deliver()
    # The domain is written in lower case on both pages; the part before it is as it was typed.
    assert used.replace("SANNE.DEVRIES@post.example", EMAIL) == free
    assert mail.recipient == "SANNE.DEVRIES@post.example"
    assert mail.mail["Subject"] == "Uw e-mailadres is al in gebruik bij CZ"
    assert "activate" not in mail.body("plain") + mail.body("html")
    assert "Sanne" not in mail.body("plain") + mail.body("html")
    again = newcomer.browser.press("Stuur de e-mail opnieuw")
    assert again.heading == MAILED
    assert not has_account(newcomer.system)


def test_address_that_got_an_owner_meanwhile_makes_no_second_account(newcomer: Newcomer) -> None:
    """The link is refused with what to do, and the person goes on with another address."""
    mail = newcomer.mailed()
    accounts = account_repository(newcomer.system.stores)
    accounts.add_consumer("cz", "Somebody Else", EMAIL, Bsn("999990019"))
    page = newcomer.elsewhere().open_link(mail)
    assert (page.status, page.heading) == (410, "Dit e-mailadres hoort al bij een ander account")
    assert not has_account(newcomer.system)
    assert newcomer.browser.open(newcomer.page.url).heading == FORM
    newcomer.ask_mail(email="jelle@elders.example")
    newcomer.open_link(newcomer.post.deliver())
    assert newcomer.is_in


@pytest.mark.parametrize(
    ("name", "email", "faults"),
    [
        ("", "", ["Vul uw naam in.", "Vul uw e-mailadres in."]),
        ("J" * 101, EMAIL, ["Uw naam mag niet langer zijn dan 100 tekens. Kort hem in."]),
        (f"{NAME}\r\nBcc: x@post.example", EMAIL, ["Vul uw naam in met letters, zonder bijzondere tekens"]),
        (NAME, f"{EMAIL}\r\nBcc: x@post.example", ["Dit e-mailadres klopt niet."]),
        (NAME, "jelle", ["Dit e-mailadres klopt niet."]),
        (NAME, "j" * 250 + "@post.example", ["Dit e-mailadres is te lang."]),
    ],
)
def test_form_tells_what_is_wrong_and_keeps_what_was_typed(
    newcomer: Newcomer, name: str, email: str, faults: list[str]
) -> None:
    """At the field and on top, tied together for who does not see it; no mail, no header broken into."""
    newcomer.arrive()
    page = newcomer.fill_in(name, email)
    assert (page.status, page.heading) == (422, FORM)
    assert page.soup.title is not None
    assert page.soup.title.get_text().startswith("Nog niet alles klopt")
    for fault in faults:
        assert page.text.count(fault) == 2
    for field in page.soup.select("input[aria-invalid=true]"):
        described = str(field["aria-describedby"]).split()
        assert all(page.soup.find(id=one) for one in described)
    assert len(page.soup.select("input[aria-invalid=true]")) == len(faults)
    if "\r" not in name:
        assert page.soup.find(id="name")["value"] == name  # type: ignore[index] # there is one
    assert newcomer.post.delivery.run() == 0
    assert newcomer.fill_in().heading == "Kloppen deze gegevens?"


def test_name_is_shown_as_text(newcomer: Newcomer) -> None:
    """What was typed never becomes part of the page."""
    newcomer.arrive()
    page = newcomer.fill_in(name="<script>alert(1)</script> Jelle")
    assert not page.soup.find_all("script")
    assert "<script>alert(1)</script> Jelle" in page.text


@pytest.mark.parametrize("button", ["details", "confirm", "resend", "change", "continue", "cancel"])
def test_button_pressed_from_elsewhere_does_nothing(newcomer: Newcomer, button: str) -> None:
    """Another site's form, our form without its token, and another browser's: refused and written down."""
    newcomer.arrive()
    address, story = f"{newcomer.page.url}/{button}", newcomer.system.story()
    assert newcomer.browser.post_from_elsewhere(address, {"name": NAME, "email": EMAIL}).status in {400, 403}
    assert newcomer.browser.post_here(address, {"name": NAME, "email": EMAIL}).status == 403
    assert newcomer.elsewhere().browser.post_here(address, {}).status == 400
    assert newcomer.browser.open(address).status == 405
    assert set(story.kinds()) == {"request.forged"}


def test_link_is_confirmed_from_our_own_page_only(newcomer: Newcomer) -> None:
    """A form elsewhere that holds the link confirms nothing."""
    token = link_token(newcomer.mailed().link)
    address, fields = f"{newcomer.system.issuer}/cz/activate", {"link": token, "csrf_token": token_for(token)}
    assert newcomer.browser.post_from_elsewhere(address, fields).status == 403
    assert newcomer.browser.post_here(address, {"link": token}).status == 403
    assert not has_account(newcomer.system)


def test_registration_page_is_closed_to_who_was_not_vouched_for(newcomer: Newcomer) -> None:
    """An attempt in which nobody logged in yet has no such page."""
    newcomer.browser.open(newcomer.system.portal().begin().url)
    assert newcomer.browser.open(f"{newcomer.page.url}/register").status == 400


def test_link_does_not_log_another_person_in(newcomer: Newcomer) -> None:
    """Somebody else's browser, in an attempt of its own, makes Jelle's account and stays where it was."""
    mail = newcomer.mailed()
    stranger = newcomer.elsewhere()
    stranger.browser.open(newcomer.system.portal().begin().url)
    assert stranger.open_link(mail).heading == "Uw account is klaar"
    assert not [name for name in stranger.browser.cookies(newcomer.system.issuer) if "session" in name]


def test_host_of_the_request_does_not_reach_the_mail(newcomer: Newcomer) -> None:
    """B4-13: the link is made of the configured base URL; a request for another host gets nothing."""
    newcomer.arrive()
    newcomer.fill_in()
    forged = Client(newcomer.system.broker).post(
        f"{urlsplit(newcomer.page.url).path}/confirm", base_url="http://evil.example"
    )
    assert forged.status_code == 400
    newcomer.browser.press("Ja, dit klopt")
    assert "evil" not in newcomer.post.deliver().mail.as_string()


def test_nothing_personal_reaches_addresses_logs_or_audit(
    newcomer: Newcomer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A65: number, name, address and link are in no URL, no Referer, no log line and no event."""
    story = newcomer.system.story()
    mail = newcomer.mailed()
    newcomer.browser.press("Stuur de e-mail opnieuw")
    newcomer.open_link(newcomer.post.deliver())
    logged = "".join(capsys.readouterr())
    assert "registration.mail-asked" in logged
    secrets = (NAME, "Hoekstra", EMAIL, "jelle", digid_of("jelle").bsn)
    urls = "".join(page.url for page in newcomer.browser.history if page.url.startswith("http://localhost"))
    told = logged + urls + repr(story.events())
    assert [secret for secret in secrets if secret in told] == []
    assert link_token(mail.link) not in logged + repr(story.events())
    assert {page.header("Referrer-Policy") for page in newcomer.browser.history if "/cz/" in page.url} == {
        "same-origin"
    }


def test_next_try_in_the_same_browser_forgets_who_was_vouched_for(newcomer: Newcomer) -> None:
    """Jelle confirms on his phone and walks away; whoever goes on in his browser is not let in as Jelle."""
    mail = newcomer.mailed()
    page = newcomer.page.url
    newcomer.elsewhere().open_link(mail)
    newcomer.browser.open(page.removesuffix("/register"))
    newcomer.browser.press("Inloggen met DigiD")
    newcomer.browser.press("Annuleren")
    assert newcomer.browser.open(page).status == 400
    assert not [name for name in newcomer.browser.cookies(newcomer.system.issuer) if "session" in name]
