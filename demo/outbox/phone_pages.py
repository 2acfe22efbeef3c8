"""The simulated phones: messages, the DigiD app, the authenticator app; without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from demo.clock import DemoClock
from demo.outbox.authenticator import Authenticators, InvalidKey
from demo.outbox.digid_app import AppAnswer, DigidApp
from demo.outbox.messages import Channel, Message, MessageStore, comparable_receiver
from demo.people import PEOPLE, Person, person_by_id

ANSWERS = {
    AppAnswer.CONFIRMED: ("good", "Bevestigd. Ga verder in het scherm waar u inlogt."),
    AppAnswer.REJECTED: ("calm", "U heeft deze inlogpoging geweigerd."),
    AppAnswer.WRONG_PIN: ("bad", "Deze pincode klopt niet. Probeer het opnieuw."),
    AppAnswer.BLOCKED: ("bad", "Te vaak een verkeerde pincode: DigiD is een kwartier geblokkeerd."),
    AppAnswer.LEVEL_TOO_LOW: ("bad", "Met uw DigiD kunt u hier niet inloggen: er is een hoger niveau nodig."),
    AppAnswer.GONE: ("bad", "Deze inlogpoging is verlopen of al beantwoord. Begin opnieuw met inloggen."),
    AppAnswer.UNREACHABLE: ("bad", "DigiD is nu niet bereikbaar. Probeer het straks opnieuw."),
}
LONGEST_KEY = 500


@dataclass(frozen=True, slots=True)
class PhoneApps:
    """The apps on every phone."""

    digid: DigidApp
    authenticators: Authenticators


def add_phones(pages: Blueprint, store: MessageStore, apps: PhoneApps, clock: DemoClock) -> None:
    """The pages under ``/phone``."""
    _add_screen(pages, store, apps, clock)
    _add_authenticator(pages, apps)

    @pages.post("/phone/<person_id>/digid")
    def answer(person_id: str) -> Response:
        person = _person(person_id)
        confirmation = request.form.get("id", "")
        if request.form.get("action") == "reject":
            said = apps.digid.reject(person.id, confirmation)
        else:
            said = apps.digid.confirm(person.id, confirmation, request.form.get("pin", ""))
        return redirect(url_for("pages.phone", person_id=person.id, answer=said.value), 303)


def _add_screen(pages: Blueprint, store: MessageStore, apps: PhoneApps, clock: DemoClock) -> None:
    @pages.get("/phone/<person_id>")
    def phone(person_id: str) -> str:
        person = _person(person_id)
        has_app = person.digid is not None and person.digid.pin is not None
        waiting = apps.digid.waiting(person.id) if has_app else None
        return render_template(
            "phone.html",
            person=person,
            numbers=sorted(person.phone_numbers),
            has_app=has_app,
            waiting=waiting,
            answer=_answer_named(request.args.get("answer", "")),
            codes=apps.authenticators.codes_of(person, clock()),
            texts=_messages_for(store, person, frozenset({Channel.SMS, Channel.VOICE})),
            mails=_messages_for(store, person, frozenset({Channel.MAIL})),
            sharing=_sharing_the_number(person),
            still="still" in request.args,
        )


def _add_authenticator(pages: Blueprint, apps: PhoneApps) -> None:
    @pages.get("/phone/<person_id>/authenticator")
    def add_key_form(person_id: str) -> str:
        return render_template("authenticator.html", person=_person(person_id), refused=False)

    @pages.post("/phone/<person_id>/authenticator")
    def add_key(person_id: str) -> Response | tuple[str, int]:
        person = _person(person_id)
        typed, label = request.form.get("secret", "")[:LONGEST_KEY], request.form.get("label", "")
        try:
            apps.authenticators.add(person, typed, label)
        except InvalidKey:
            return render_template("authenticator.html", person=person, refused=True), 422
        return redirect(url_for("pages.phone", person_id=person.id), 303)


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
