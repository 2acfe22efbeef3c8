"""The outbox's JSON: deliveries arrive once, are found again, and bad ones are refused with a code."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from demo.clock import DemoClock
from demo.outbox.messages import MOST_MESSAGES_KEPT, Channel, Delivery, MessageStore

SMS = {"to": "+31612345601", "text": "Uw code is 123456", "idempotency_key": "k1"}


def _found(outbox: FlaskClient, query: str = "") -> list[dict[str, Any]]:
    body = outbox.get(f"/api/messages{query}").get_json()
    messages: list[dict[str, Any]] = body["messages"]
    return messages


def test_sms_arrives_in_the_form_of_the_interface(outbox: FlaskClient) -> None:
    """202 with an id; the message is then in the list with exactly the promised fields."""
    answer = outbox.post("/api/sms", json=SMS)
    (message,) = _found(outbox)
    assert answer.status_code == 202
    assert message.pop("sent_at").endswith("+00:00")
    assert message == {
        "id": answer.get_json()["id"],
        "channel": "sms",
        "to": "+31612345601",
        "subject": "",
        "text": "Uw code is 123456",
    }


def test_sms_sent_again_with_its_key_arrives_once(outbox: FlaskClient) -> None:
    """A sender that got no answer may try again."""
    first = outbox.post("/api/sms", json=SMS).get_json()
    second = outbox.post("/api/sms", json=SMS).get_json()
    assert first == second
    assert len(_found(outbox)) == 1


def test_sms_with_a_used_key_and_another_text_is_refused(outbox: FlaskClient) -> None:
    """A key that comes back with another message is a fault of the sender."""
    outbox.post("/api/sms", json=SMS)
    answer = outbox.post("/api/sms", json=SMS | {"text": "Iets anders"})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (409, "key-reused")


def test_sms_and_voice_may_share_a_key(outbox: FlaskClient) -> None:
    """Keys are per channel, as the two gateways are two services in real life."""
    outbox.post("/api/sms", json=SMS)
    outbox.post("/api/voice", json=SMS)
    assert [message["channel"] for message in _found(outbox)] == ["voice", "sms"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"to": "0612345601"}, "bad-number"),
        ({"to": "+31612345601\n"}, "bad-number"),
        ({"to": None}, "missing-field"),
        ({"text": ""}, "missing-field"),
        ({"idempotency_key": " "}, "missing-field"),
        ({"idempotency_key": "k" * 129}, "too-long"),
    ],
)
def test_sms_that_is_not_right_is_refused_with_a_code(
    outbox: FlaskClient, change: dict[str, object], code: str
) -> None:
    """Nothing arrives of a bad request."""
    answer = outbox.post("/api/sms", json=SMS | change)
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, code)
    assert _found(outbox) == []


def test_sms_from_another_sites_form_is_refused(outbox: FlaskClient) -> None:
    """A form can send text/plain, but never JSON; a browser that tells where it came from is believed."""
    as_form = outbox.post("/api/sms", data='{"to": "+31612345601"}', content_type="text/plain")
    cross_site = outbox.post("/api/sms", json=SMS, headers={"Sec-Fetch-Site": "cross-site"})
    assert (as_form.status_code, cross_site.status_code) == (400, 403)


def test_letter_arrives_with_its_address_lines(outbox: FlaskClient) -> None:
    """A letter keeps the lines of its address."""
    letter = {
        "to": "S. de Vries\nDorpsstraat 1",
        "subject": "Uw code",
        "text": "ABCD",
        "idempotency_key": "l1",
    }
    assert outbox.post("/api/letters", json=letter).status_code == 202
    (message,) = _found(outbox, "?channel=letter")
    assert (message["to"], message["subject"]) == ("S. de Vries\nDorpsstraat 1", "Uw code")


@pytest.mark.parametrize("number", ["%2B31612345601", "+31612345601", "31612345601"])
def test_messages_are_found_by_number_however_the_plus_was_sent(outbox: FlaskClient, number: str) -> None:
    """An unescaped plus in a query arrives as a space; the number is found all the same."""
    outbox.post("/api/sms", json=SMS)
    outbox.post("/api/sms", json=SMS | {"to": "+31612345699", "idempotency_key": "k2"})
    assert [message["to"] for message in _found(outbox, f"?to={number}")] == ["+31612345601"]


def test_messages_come_newest_first_and_by_channel(outbox: FlaskClient) -> None:
    """The newest is at the top; an unknown channel holds nothing."""
    for number in range(3):
        outbox.post("/api/sms", json=SMS | {"text": f"{number}", "idempotency_key": f"k{number}"})
    assert [message["text"] for message in _found(outbox, "?channel=sms")] == ["2", "1", "0"]
    assert _found(outbox, "?channel=pigeon") == []


def test_messages_are_bounded(store: MessageStore) -> None:
    """The oldest give way, so that a demo left running does not grow."""
    for number in range(MOST_MESSAGES_KEPT + 5):
        store.deliver(Delivery(Channel.SMS, "+31612345601", f"{number}"), datetime(2026, 1, 1, tzinfo=UTC))
    kept = store.newest_first()
    assert (len(kept), kept[-1].text) == (MOST_MESSAGES_KEPT, "5")


def test_people_are_told_as_json(outbox: FlaskClient) -> None:
    """The people's page has a twin for programs."""
    people = outbox.get("/api/people").get_json()["people"]
    assert "Sanne de Vries" in [person["name"] for person in people]


def test_clock_moves_forward_for_all_who_read_the_file(outbox: FlaskClient, clock: DemoClock) -> None:
    """The offset adds up and shows in the file and in the answer."""
    assert outbox.get("/api/clock").get_json()["offset_seconds"] == 0
    outbox.post("/api/clock", json={"advance_seconds": 60})
    answer = outbox.post("/api/clock", json={"advance_seconds": 30}).get_json()
    assert answer["offset_seconds"] == clock.offset_seconds() == 90
    moment = datetime.fromisoformat(answer["now"])
    assert timedelta(seconds=80) < moment - datetime.now(UTC) < timedelta(seconds=100)


@pytest.mark.parametrize("seconds", [-1, 1.5, "60", True, None, 10**12])
def test_clock_refuses_what_is_not_a_step_forward(outbox: FlaskClient, seconds: object) -> None:
    """A clock that goes back would break every expiry already handed out."""
    answer = outbox.post("/api/clock", json={"advance_seconds": seconds})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad-advance")
    assert outbox.get("/api/clock").get_json()["offset_seconds"] == 0
