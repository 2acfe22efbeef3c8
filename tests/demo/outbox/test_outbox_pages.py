"""The pages people look at: the list of people, what arrived, and the simulated phone with its DigiD app."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from demo.clock import DemoClock
from demo.outbox.app import create_app
from demo.outbox.digid_app import DigidApp
from demo.outbox.messages import MessageStore
from tests.demo.outbox.app_side import AppSide

WAITING = {"id": "login-1", "service": "Mijn CZ"}


def _page(outbox: FlaskClient, path: str) -> BeautifulSoup:
    answer = outbox.get(path)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def _send(outbox: FlaskClient, to: str, text: str, key: str) -> None:
    outbox.post("/api/sms", json={"to": to, "text": text, "idempotency_key": key})


def test_people_page_shows_credentials_and_the_way_to_the_phone(outbox: FlaskClient) -> None:
    """All that is needed to play somebody stands on one card."""
    page = _page(outbox, "/")
    card = next(card for card in page.select(".person") if "Sanne de Vries" in card.text)
    assert "sdevries" in card.text
    assert "Tulpenveld-27" in card.text
    link = card.select_one("a.button")
    assert link
    assert link["href"] == "/phone/sanne"


def test_people_page_says_where_the_code_for_eherkenning_is(outbox: FlaskClient) -> None:
    """Who has an account has a mail; who has none asks for one."""
    cards = {str(card.select_one("h2")): card.text for card in _page(outbox, "/").select(".person")}
    assert "activatiecode uit de e-mail" in cards["<h2>Anouk Groenendaal</h2>"]
    assert "aan te vragen" in cards["<h2>Nadia Haddad</h2>"]
    assert "activatiecode" not in cards["<h2>Tess Veenstra</h2>"]


def test_messages_page_filters_by_channel(outbox: FlaskClient) -> None:
    """Only the chosen kind is shown."""
    _send(outbox, "+31612345601", "een sms", "k1")
    assert "een sms" in _page(outbox, "/messages").text
    assert "een sms" in _page(outbox, "/messages?channel=sms").text
    assert "een sms" not in _page(outbox, "/messages?channel=mail").text


def test_messages_page_links_addresses_and_escapes_the_rest(outbox: FlaskClient) -> None:
    """A mail may hold anything; only web addresses become links."""
    _send(outbox, "+31612345601", "<b>Ga</b> naar http://localhost:8000/cz/activate?c=1.", "k1")
    message = _page(outbox, "/messages").select_one(".message")
    assert message
    link = message.select_one("a")
    assert link
    assert link["href"] == "http://localhost:8000/cz/activate?c=1"
    assert message.select_one("b") is None


def test_phone_shows_the_messages_of_its_number_to_both_who_share_it(outbox: FlaskClient) -> None:
    """A couple with one SMS phone both read the code; nobody else does."""
    _send(outbox, "+31612345602", "Uw code is 555111", "k1")
    assert "555111" in _page(outbox, "/phone/henk").text
    assert "555111" in _page(outbox, "/phone/ria").text
    assert "555111" not in _page(outbox, "/phone/sanne").text


def test_phone_of_nobody_is_a_clear_404(outbox: FlaskClient) -> None:
    """An unknown person gets a page with a way on."""
    answer = outbox.get("/phone/niemand")
    assert answer.status_code == 404
    assert "bestaat niet" in answer.text


def test_phone_renews_itself_except_while_a_pin_is_typed(outbox: FlaskClient, app_side: AppSide) -> None:
    """New messages show without a click; a half-typed PIN is never wiped."""
    assert _page(outbox, "/phone/sanne").select_one("meta[http-equiv=refresh]")
    app_side.pending["sanne"] = [WAITING]
    page = _page(outbox, "/phone/sanne")
    assert page.select_one("meta[http-equiv=refresh]") is None
    assert page.select_one("input[name=pin]")


@pytest.mark.parametrize("path", ["/phone/sanne", "/messages", "/messages?channel=sms&to=x"])
def test_page_that_renews_itself_can_be_stopped_at_once(outbox: FlaskClient, path: str) -> None:
    """Renewing takes the focus away: the first thing behind the skip link stops it, and starts it again."""
    page = _page(outbox, path)
    main = page.select_one("main[tabindex]")
    assert isinstance(main, Tag)
    first = main.find("a")
    assert isinstance(first, Tag)
    assert first.get_text() == "Pagina stilzetten"
    stopped = _page(outbox, str(first["href"]))
    assert stopped.select_one("meta[http-equiv=refresh]") is None
    again = stopped.find("a", string="Weer vanzelf vernieuwen")
    assert isinstance(again, Tag)
    assert again["href"] == path
    assert _page(outbox, path).select_one("meta[http-equiv=refresh]")


def test_phone_without_the_app_asks_for_no_pin(outbox: FlaskClient, app_side: AppSide) -> None:
    """Who has no app sees none."""
    app_side.pending["tomasz"] = [WAITING]
    assert "DigiD-app" not in _page(outbox, "/phone/tomasz").text


def _answer(outbox: FlaskClient, pin: str, action: str = "confirm") -> str:
    """Fill in the form as it stands on the page and read what the app says."""
    form = _page(outbox, "/phone/sanne").select_one("form.confirm")
    assert isinstance(form, Tag)
    hidden = form.select_one("input[name=id]")
    assert hidden
    data = {"id": str(hidden["value"]), "pin": pin, "action": action}
    answer = outbox.post(str(form["action"]), data=data, follow_redirects=True)
    said = BeautifulSoup(answer.text, "html.parser").select_one("[role=status]")
    assert said
    return said.text


def test_app_confirms_with_the_right_pin(outbox: FlaskClient, app_side: AppSide) -> None:
    """The PIN reaches DigiD, which takes the login off the list."""
    app_side.pending["sanne"] = [WAITING]
    assert "Bevestigd" in _answer(outbox, app_side.pin)
    assert app_side.pending["sanne"] == []


def test_app_says_that_a_pin_is_wrong_and_lets_one_try_again(outbox: FlaskClient, app_side: AppSide) -> None:
    """A wrong PIN leaves the login waiting."""
    app_side.pending["sanne"] = [WAITING]
    assert "klopt niet" in _answer(outbox, "00000")
    assert _page(outbox, "/phone/sanne").select_one("input[name=pin]")


def test_app_refuses_a_login(outbox: FlaskClient, app_side: AppSide) -> None:
    """Refusing needs no PIN."""
    app_side.pending["sanne"] = [WAITING]
    assert "geweigerd" in _answer(outbox, "", action="reject")
    assert app_side.rejected == ["login-1"]


def test_app_says_when_a_login_is_gone(outbox: FlaskClient) -> None:
    """Confirming what expired is no success."""
    answer = outbox.post("/phone/sanne/digid", data={"id": "old", "pin": "24680"}, follow_redirects=True)
    assert "verlopen" in answer.text


def test_phone_says_when_digid_cannot_be_reached(store: MessageStore, clock: DemoClock) -> None:
    """Without the simulator the phone still shows its messages."""
    outbox = create_app(store, DigidApp("http://127.0.0.1:9"), clock).test_client()
    _send(outbox, "+31612345601", "toch een sms", "k1")
    page = _page(outbox, "/phone/sanne")
    assert "niet bereikbaar" in page.text
    assert "toch een sms" in page.text


def test_phone_refuses_a_form_of_another_site(outbox: FlaskClient, app_side: AppSide) -> None:
    """Nobody else's page presses a button on the phone."""
    app_side.pending["sanne"] = [WAITING]
    data = {"id": "login-1", "pin": app_side.pin}
    answer = outbox.post("/phone/sanne/digid", data=data, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert app_side.pending["sanne"] == [WAITING]


def test_clock_buttons_move_the_clock_and_nothing_else_does(outbox: FlaskClient, clock: DemoClock) -> None:
    """Only the steps on the page are accepted."""
    assert outbox.post("/clock", data={"advance_seconds": "900"}).status_code == 303
    assert outbox.post("/clock", data={"advance_seconds": "901"}).status_code == 400
    assert clock.offset_seconds() == 900


def test_pages_allow_no_script_and_are_not_kept(outbox: FlaskClient) -> None:
    """The pages work under a policy without any script."""
    headers = outbox.get("/phone/sanne").headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "script" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"
