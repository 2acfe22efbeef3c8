"""The outbox's pages: the people, what arrived, the simulated phones, the clock; without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from demo.clock import DemoClock
from demo.outbox.digid_app import AppAnswer, DigidApp
from demo.outbox.gateway import channels_named
from demo.outbox.messages import Channel, Message, MessageStore, comparable_receiver
from demo.people import PEOPLE, Person, person_by_id

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CHANNEL_NAMES = {
    Channel.MAIL: "E-mail",
    Channel.SMS: "Sms",
    Channel.VOICE: "Gesproken bericht",
    Channel.LETTER: "Brief",
}
ANSWERS = {
    AppAnswer.CONFIRMED: ("good", "Bevestigd. Ga verder in het scherm waar u inlogt."),
    AppAnswer.REJECTED: ("calm", "U hebt deze inlogpoging geweigerd."),
    AppAnswer.WRONG_PIN: ("bad", "Deze pincode klopt niet. Probeer het opnieuw."),
    AppAnswer.BLOCKED: ("bad", "Te vaak een verkeerde pincode: DigiD is een kwartier geblokkeerd."),
    AppAnswer.LEVEL_TOO_LOW: ("bad", "Met uw DigiD kunt u hier niet inloggen: er is een hoger niveau nodig."),
    AppAnswer.GONE: ("bad", "Deze inlogpoging is verlopen of al beantwoord. Begin opnieuw met inloggen."),
    AppAnswer.UNREACHABLE: ("bad", "DigiD is nu niet bereikbaar. Probeer het straks opnieuw."),
}
CLOCK_STEPS = ((60, "1 minuut"), (900, "15 minuten"), (3600, "1 uur"), (86400, "1 dag"), (604800, "1 week"))
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def create_pages(store: MessageStore, app: DigidApp, clock: DemoClock) -> Blueprint:
    """Everything a person looks at."""
    pages = Blueprint("pages", __name__)
    pages.add_app_template_filter(linked, "linked")
    pages.add_app_template_filter(_sent_at, "local_time")
    pages.add_app_template_filter(lambda moment: _amsterdam(moment, "%d-%m-%Y %H:%M"), "amsterdam")
    pages.add_app_template_filter(lambda moment: _amsterdam(moment, "%H:%M"), "amsterdam_time")
    _add_overviews(pages, store, clock)
    _add_phones(pages, store, app)

    @pages.app_context_processor
    def shared() -> dict[str, object]:
        moment, offset = clock(), clock.offset_seconds()
        return {
            "moment": moment,
            "offset_seconds": offset,
            "clock_steps": CLOCK_STEPS,
            "channel_names": CHANNEL_NAMES,
        }

    return pages


def _add_overviews(pages: Blueprint, store: MessageStore, clock: DemoClock) -> None:
    @pages.get("/")
    def people() -> str:
        return render_template("people.html", people=PEOPLE, latest=store.newest_first()[:4])

    @pages.get("/messages")
    def messages() -> str:
        channel = request.args.get("channel", "")
        found = store.newest_first(channels_named(channel), to=request.args.get("to", ""))
        return render_template("messages.html", messages=found, chosen=channel)

    @pages.post("/clock")
    def advance_clock() -> Response:
        seconds = request.form.get("advance_seconds", type=int)
        if seconds not in {step for step, _ in CLOCK_STEPS}:
            abort(400)
        clock.advance(seconds)
        return redirect(url_for("pages.people"), 303)


def _add_phones(pages: Blueprint, store: MessageStore, app: DigidApp) -> None:
    @pages.get("/phone/<person_id>")
    def phone(person_id: str) -> str:
        person = _person(person_id)
        has_app = person.digid is not None and person.digid.pin is not None
        waiting = app.waiting(person.id) if has_app else None
        return render_template(
            "phone.html",
            person=person,
            has_app=has_app,
            waiting=waiting,
            answer=_answer_named(request.args.get("answer", "")),
            texts=_messages_for(store, person, frozenset({Channel.SMS, Channel.VOICE})),
            mails=_messages_for(store, person, frozenset({Channel.MAIL})),
            sharing=_sharing_the_number(person),
        )

    @pages.post("/phone/<person_id>/digid")
    def answer(person_id: str) -> Response:
        person = _person(person_id)
        confirmation = request.form.get("id", "")
        if request.form.get("action") == "reject":
            said = app.reject(person.id, confirmation)
        else:
            said = app.confirm(person.id, confirmation, request.form.get("pin", ""))
        return redirect(url_for("pages.phone", person_id=person.id, answer=said.value), 303)


def _person(person_id: str) -> Person:
    person = person_by_id(person_id)
    if person is None:
        abort(404)
    return person


def _messages_for(store: MessageStore, person: Person, channels: frozenset[Channel]) -> list[Message]:
    """What arrived on this person's numbers and addresses."""
    receivers = {comparable_receiver(receiver) for receiver in person.phone_numbers | person.email_addresses}
    found = store.newest_first(channels)
    return [message for message in found if comparable_receiver(message.to) in receivers][:20]


def _sharing_the_number(person: Person) -> list[Person]:
    return [other for other in PEOPLE if other != person and other.phone_numbers & person.phone_numbers]


def _answer_named(name: str) -> tuple[str, str] | None:
    try:
        return ANSWERS[AppAnswer(name)]
    except ValueError:
        return None


def _sent_at(message: Message) -> str:
    return _amsterdam(message.sent_at, "%d-%m-%Y %H:%M:%S")


def _amsterdam(moment: datetime, form: str) -> str:
    return moment.astimezone(AMSTERDAM).strftime(form)


def linked(text: str) -> Markup:
    """The text with its web addresses as links; everything else escaped."""
    parts, rest = Markup(), 0
    for found in WEB_ADDRESS.finditer(text):
        parts += escape(text[rest : found.start()])
        parts += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found.group())
        rest = found.end()
    return parts + escape(text[rest:])
