"""The pages of the account area in their states: what to show, without the brand around it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import lazy_gettext

from broker.domain.second_factors import FactorKind
from broker.web.account.factor_pages import FactorView
from broker.web.account.frame import Frame, MenuItem
from broker.web.account.notes import ACCOUNT_NOTES, CONFIRMED, FACTOR_NEEDED, PASSWORD_CHANGED, SESSION_ENDED
from broker.web.account.password_pages import MISSING, SAME_AS_BEFORE, WRONG, PasswordFaults
from broker.web.account.record_pages import EventView, SharedView
from broker.web.account.session_pages import SessionView
from broker.web.second_factor_ways import WayView

Page = tuple[str, str, Mapping[str, object]]

_MENU = (
    ("details", lazy_gettext("Mijn persoonsgegevens")),
    ("password", lazy_gettext("Wachtwoord wijzigen")),
    ("factors", lazy_gettext("Tweestapsverificatie")),
    ("sessions", lazy_gettext("Waar u bent ingelogd")),
    ("log", lazy_gettext("Wat er met uw account gebeurde")),
    ("shared", lazy_gettext("Gegevens bij portalen")),
    ("export", lazy_gettext("Gegevens downloaden")),
)
_PERSON = {"name": "Marieke Jansen", "email": "marieke.jansen@vanlaar-bouw.example"}
_FRAME = Frame(
    name=_PERSON["name"],
    ends_on="20-11-2026",
    ends_at="21:45",
    seconds_left=1800,
    can_stay=True,
    session_url="#session",
    session_ends_url="#session-ends",
    stay_token="sample-token",  # noqa: S106 - nobody's
    portal_name="Mijn CZ Zakelijk",
    portal_url="#portal",
    logout_url="#log-out",
    menu=tuple(MenuItem(page, label, f"#{page}") for page, label in _MENU),
)
_APP = FactorView("1", FactorKind.TOTP, "", "03-02-2026", may_go=True)
_SMS = FactorView("2", FactorKind.SMS, "11", "20-11-2026", may_go=True)
_CALL = FactorView("3", FactorKind.VOICE, "15", "20-11-2026", may_go=True)
_NEEDED = FactorView("1", FactorKind.TOTP, "", "03-02-2026", may_go=False)
_HERE = SessionView(
    "1", "Firefox op Windows", "192.0.2.0/24", ("Mijn CZ Zakelijk", "Ander portaal"),
    ("20-11-2026", "20:15"), ("20-11-2026", "21:15"), is_this_one=True,
)  # fmt: skip
_THERE = SessionView(
    "2", "Safari op iPhone", "", ("Mijn CZ Zakelijk",),
    ("19-11-2026", "09:00"), ("20-11-2026", "08:59"), is_this_one=False,
)  # fmt: skip


def account_pages() -> Iterator[Page]:
    """Each with its name, its template and what it shows."""
    groups = (_details(), _address(), _password(), _factors(), _sessions(), _records(), _confirm())
    for group in groups:
        yield from (_page(*own) for own in group)
    for name, entrance in (("log-in", None), ("log-in-staff", {"url": "#staff"})):
        yield f"account-{name}", "account/log_in.html", {"entrance": entrance}
    for name, inside in (("entrance", None), ("entrance-inside", "#account")):
        context = {"action": "#begin", "csrf_token": "sample-token", "inside": inside}
        yield f"staff-{name}", "staff/entrance.html", context
    yield from _links()


def _page(name: str, template: str, here: str, context: Mapping[str, object]) -> Page:
    own = {"frame": _FRAME, "here": here, "csrf_token": "sample-token", "note": None}
    return f"account-{name}", template, {**own, **context}


_Own = tuple[str, str, str, Mapping[str, object]]


def _details() -> Iterator[_Own]:
    context = {"person": _PERSON, "by_password": True, "change_url": "#address"}
    yield "details", "account/details.html", "details", context
    digid = {**context, "by_password": False}
    yield "details-digid", "account/details.html", "details", digid
    for code in sorted(ACCOUNT_NOTES):
        yield f"note-{code}", "account/details.html", "details", {**context, "note": code}


def _address() -> Iterator[_Own]:
    template = "account/address.html"
    context = {
        "person_email": _PERSON["email"],
        "by_password": True,
        "email": "",
        "fault": None,
        "action": "#change",
        "cancel_url": "#back",
    }
    yield "address", template, "details", context
    yield "address-digid", template, "details", {**context, "by_password": False, "note": CONFIRMED}
    wrong = lazy_gettext("Dit is al uw e-mailadres. Vul een ander e-mailadres in.")
    same = {**context, "email": _PERSON["email"], "fault": wrong}
    yield "address-wrong", template, "details", same


def _links() -> Iterator[Page]:
    """Where the link in the mail leads, which needs nobody to be logged in."""
    context = {"address": "m.jansen@vanlaar-bouw.example"}
    button = {"action": "#confirm", "csrf_token": "sample-token", "fields": {"link": "sample"}}
    yield "address-confirm", "address/confirm.html", {**context, **button}
    for name, by_password in (("address-done", True), ("address-done-digid", False)):
        done = {**context, "by_password": by_password, "settings_url": "#settings"}
        yield name, "address/done.html", done


def _password() -> Iterator[_Own]:
    template = "account/password.html"
    context = {"faults": PasswordFaults(), "person_email": _PERSON["email"], "action": "#change"}
    yield "password", template, "password", context
    yield "password-changed", template, "password", {**context, "note": PASSWORD_CHANGED}
    for name, faults in (
        ("wrong", PasswordFaults(current=WRONG)),
        ("empty", PasswordFaults(current=MISSING, new="too-short")),
        ("same", PasswordFaults(new=SAME_AS_BEFORE)),
        ("guessable", PasswordFaults(new="too-like-you", advice=("about-you", "year"))),
    ):
        yield f"password-{name}", template, "password", {**context, "faults": faults}


def _factors() -> Iterator[_Own]:
    template = "account/factors.html"
    context = {
        "factors": [_APP, _SMS, _CALL],
        "codes_left": 10,
        "may_add": True,
        "add_url": "#add",
        "remove_action": "#remove",
        "codes_action": "#codes",
    }
    yield "factors", template, "factors", context
    needed = {**context, "factors": [_NEEDED], "codes_left": 0}
    yield "factors-needed", template, "factors", needed
    yield "factors-refused", template, "factors", {**needed, "codes_left": 1, "note": FACTOR_NEEDED}
    yield "factors-none", template, "factors", {**context, "factors": [], "codes_left": 0}
    yield "factors-fixed", template, "factors", {**context, "factors": [], "may_add": False}


def _sessions() -> Iterator[_Own]:
    template = "account/sessions.html"
    context = {"sessions": [_HERE, _THERE], "end_action": "#end", "end_all_action": "#all"}
    yield "sessions", template, "sessions", context
    yield "session-ends", "account/session_ends.html", "session_ends", {}
    ended = {**context, "sessions": [_HERE], "note": SESSION_ENDED}
    yield "sessions-ended", template, "sessions", ended


def _records() -> Iterator[_Own]:
    when = ("20-11-2026", "21:15")
    events = [
        EventView(when, lazy_gettext("Wachtwoord gewijzigd"), is_refusal=False),
        EventView(when, lazy_gettext("Verkeerd wachtwoord ingevuld bij uw instellingen"), is_refusal=True),
    ]
    yield "log", "account/log.html", "log", {"events": events}
    claims = ("name", "email", "amr", "assurance", "idp", "account_type", "session_expires_at")
    portals = [SharedView("Mijn CZ Zakelijk", when, claims)]
    yield "shared", "account/shared.html", "shared", {"portals": portals}
    yield "export", "account/export.html", "export", {"action": "#download"}
    erase = {"is_unsure": False, "by_password": False, "note": None, "action": "#erase"}
    for name, changed in (
        ("erase", {}),
        ("erase-unsure", {"is_unsure": True}),
        ("erase-business", {"by_password": True, "note": CONFIRMED}),
    ):
        yield name, "account/erase.html", "erase", {**erase, **changed}


def _confirm() -> Iterator[_Own]:
    template = "account/confirm.html"
    context = {
        "by_password": True,
        "goal": "factors",
        "person_email": _PERSON["email"],
        "fault": None,
        "action": "#confirm",
        "cancel_url": "#back",
    }
    yield "confirm", template, "confirm", context
    wrong = lazy_gettext("Dit wachtwoord klopt niet. Na een aantal verkeerde pogingen moet u even wachten.")
    yield "confirm-wrong", template, "confirm", {**context, "fault": wrong}
    yield "confirm-erase", template, "confirm", {**context, "goal": "erase"}
    yield "confirm-digid", template, "confirm", {**context, "by_password": False, "action": None}
    code = {
        "way": WayView(FactorKind.SMS, "11"),
        "others": [WayView(FactorKind.RECOVERY)],
        "fault": None,
        "notice": None,
        "seconds_to_wait": 0,
        "transaction_id": None,
        "code_action": "#code",
        "way_action": "#way",
        "cancel_action": "#cancel",
    }
    yield "confirm-code", "second_factor/asking.html", "confirm", code
