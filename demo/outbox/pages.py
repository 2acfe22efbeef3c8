"""The outbox's pages: the people, what arrived, the clock; without JavaScript."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup, escape
from werkzeug.wrappers import Response

from demo.clock import DemoClock
from demo.eherkenning.suppliers import SUPPLIERS
from demo.outbox.gateway import channels_named
from demo.outbox.messages import Channel, Message, MessageStore
from demo.outbox.phone_pages import PhoneApps, add_phones
from demo.people import PEOPLE
from demo.portals.definitions import PORTALS

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CHANNEL_NAMES = {
    Channel.MAIL: "E-mail",
    Channel.SMS: "Sms",
    Channel.VOICE: "Gesproken bericht",
    Channel.LETTER: "Brief",
}
CLOCK_STEPS = ((60, "1 minuut"), (900, "15 minuten"), (3600, "1 uur"), (86400, "1 dag"), (604800, "1 week"))
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")


def create_pages(store: MessageStore, apps: PhoneApps, clock: DemoClock) -> Blueprint:
    """Everything a person looks at."""
    pages = Blueprint("pages", __name__)
    pages.add_app_template_filter(linked, "linked")
    pages.add_app_template_filter(_sent_at, "local_time")
    pages.add_app_template_filter(lambda moment: _amsterdam(moment, "%d-%m-%Y %H:%M"), "amsterdam")
    pages.add_app_template_filter(lambda moment: _amsterdam(moment, "%H:%M"), "amsterdam_time")
    _add_overviews(pages, store, clock)
    add_phones(pages, store, apps, clock)

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
        return render_template(
            "people.html",
            people=PEOPLE,
            business_portals={portal.brand: portal for portal in PORTALS if portal.business},
            portals=PORTALS,
            suppliers={supplier.id: supplier for supplier in SUPPLIERS},
            latest=store.newest_first()[:4],
        )

    @pages.get("/messages")
    def messages() -> str:
        channel, to = request.args.get("channel", ""), request.args.get("to", "")
        return render_template(
            "messages.html",
            messages=store.newest_first(channels_named(channel), to=to),
            chosen=channel,
            here=url_for("pages.messages", channel=channel or None, to=to or None),
            still="still" in request.args,
        )

    @pages.post("/clock")
    def advance_clock() -> Response:
        seconds = request.form.get("advance_seconds", type=int)
        if seconds not in {step for step, _ in CLOCK_STEPS}:
            abort(400)
        clock.advance(seconds)
        return redirect(url_for("pages.people"), 303)


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
