"""The outbox's JSON: the SMS, voice and letter gateway, what arrived, the people, and the demo's clock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from demo.clock import DemoClock
from demo.outbox.messages import Channel, Delivery, KeyReusedError, MessageStore
from demo.people import people_as_json

PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}\Z")
LONGEST_TEXT = 20_000
LONGEST_KEY = 128
LARGEST_STEP_SECONDS = 366 * 24 * 3600


@dataclass(frozen=True, slots=True)
class _BadRequest(Exception):
    """A request the gateway refuses; `code` is stable, `sentence` says to programmers what to do."""

    code: str
    sentence: str
    status: int = 400


def create_gateway(store: MessageStore, clock: DemoClock) -> Blueprint:
    """The routes under ``/api``."""
    gateway = Blueprint("gateway", __name__, url_prefix="/api")
    _add_deliveries(gateway, store, clock)
    _add_clock(gateway, clock)

    @gateway.get("/messages")
    def messages() -> Response:
        channels = channels_named(request.args.get("channel", ""))
        found = store.newest_first(channels, to=request.args.get("to", ""))
        return jsonify(messages=[message.as_json() for message in found])

    @gateway.get("/people")
    def people() -> Response:
        return jsonify(people_as_json())

    @gateway.errorhandler(_BadRequest)
    def refused(fault: _BadRequest) -> tuple[Response, int]:
        return jsonify(error={"code": fault.code, "message": fault.sentence}), fault.status

    return gateway


def _add_deliveries(gateway: Blueprint, store: MessageStore, clock: DemoClock) -> None:
    def deliver(delivery: Delivery) -> tuple[Response, int]:
        try:
            message = store.deliver(delivery, clock())
        except KeyReusedError:
            raise _BadRequest("key-reused", "This idempotency_key came with another message.", 409) from None
        return jsonify(id=message.id), 202

    @gateway.post("/sms")
    def sms() -> tuple[Response, int]:
        return deliver(_phone_delivery(Channel.SMS, _body()))

    @gateway.post("/voice")
    def voice() -> tuple[Response, int]:
        return deliver(_phone_delivery(Channel.VOICE, _body()))

    @gateway.post("/letters")
    def letters() -> tuple[Response, int]:
        body = _body()
        subject = _text(body, "subject", longest=200)
        return deliver(
            Delivery(
                channel=Channel.LETTER,
                to=_text(body, "to", longest=500),
                text=_text(body, "text"),
                subject=subject,
                idempotency_key=_text(body, "idempotency_key", longest=LONGEST_KEY),
            )
        )


def _add_clock(gateway: Blueprint, clock: DemoClock) -> None:
    @gateway.get("/clock")
    def read() -> Response:
        return jsonify(now=clock().isoformat(), offset_seconds=clock.offset_seconds())

    @gateway.post("/clock")
    def advance() -> Response:
        seconds = _body().get("advance_seconds")
        if isinstance(seconds, bool) or not isinstance(seconds, int):
            raise _BadRequest("bad-advance", "advance_seconds must be a whole number.")
        if not 0 <= seconds <= LARGEST_STEP_SECONDS:
            raise _BadRequest("bad-advance", "advance_seconds must be between 0 and 31622400 (a year).")
        clock.advance(seconds)
        return read()


def _phone_delivery(channel: Channel, body: Mapping[str, Any]) -> Delivery:
    to = _text(body, "to", longest=20)
    if not PHONE_NUMBER.match(to):
        raise _BadRequest("bad-number", "to must be a phone number in E.164 form, such as +31612345601.")
    key = _text(body, "idempotency_key", longest=LONGEST_KEY)
    return Delivery(channel=channel, to=to, text=_text(body, "text"), idempotency_key=key)


def _body() -> Mapping[str, Any]:
    """The JSON object sent; its content type is required since another site's form cannot send it."""
    body = request.get_json(silent=True) if request.is_json else None
    if not isinstance(body, dict):
        raise _BadRequest("bad-json", "Send a JSON object with Content-Type application/json.")
    return body


def _text(body: Mapping[str, Any], name: str, longest: int = LONGEST_TEXT) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _BadRequest("missing-field", f"{name} is missing or is not a text.")
    if len(value) > longest:
        raise _BadRequest("too-long", f"{name} may hold at most {longest} characters.")
    return value


def channels_named(name: str) -> frozenset[Channel]:
    """The one channel with this name, or all; an unknown name finds nothing."""
    if not name:
        return frozenset(Channel)
    return frozenset(channel for channel in Channel if channel.value == name)
