"""The states of the pages on which a second factor is asked for or set up; see `gallery_states`."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import lazy_gettext

from broker.domain.second_factors import FactorKind
from broker.mfa.outcomes import TotpOffer
from broker.mfa.totp import otpauth_uri, qr_svg, secret_text
from broker.web.enrolment_wizard import WayBack
from broker.web.second_factor_texts import SECOND_FACTOR_NOTICES
from broker.web.second_factor_ways import WayView

Page = tuple[str, str, dict[str, object]]
"""Name, template, and its values besides brand and portal."""

_SECRET = b"a sample of 20 bytes"
_URI = otpauth_uri(_SECRET, account_name="bea.bakker@bedrijf.example", issuer="Voorbeeld")
_OFFER = TotpOffer(secret_text(_SECRET), _URI, qr_svg(_URI))
_CODES = tuple(f"7K2M-{number:04d}-QWER-TY{number:02d}" for number in range(10))
_TOTP, _SMS, _VOICE, _RECOVERY = FactorKind
_TAIL = "01"
_WRONG = lazy_gettext("Deze code klopt niet.")
_BAD_NUMBER = lazy_gettext("Dit telefoonnummer klopt niet. Controleer het, bijvoorbeeld +31 6 12345678.")


def second_factor_pages(portal_name: str) -> Iterator[Page]:
    """Every state of these pages at one portal."""
    own: dict[str, object] = {
        "csrf_token": "sample-token",
        "transaction_id": "sample-transaction",
        "notice": None,
        "fault": None,
        "seconds_to_wait": 0,
    }
    yield from _asking(own)
    way_back = WayBack(str(lazy_gettext("Terug naar %(portal)s", portal=portal_name)), "/cancel")
    yield from _setting_up({**own, "step_url": lambda step: f"/{step}", "way_back": way_back})
    yield "done", "second_factor/done.html", {**own, "onward_action": "/on"}


def _asking(own: dict[str, object]) -> Iterator[Page]:
    actions = {"code_action": "/code", "way_action": "/way", "cancel_action": "/cancel"}
    app, text, call, spare = (WayView(kind, _TAIL) for kind in FactorKind)
    to_send = (WayView(_SMS, _TAIL, is_sent=False), WayView(_VOICE, _TAIL, is_sent=False))
    base = {**own, **actions, "others": ()}
    for name, values in (
        ("app", {"way": app}),
        ("app-others", {"way": app, "others": (text, call, spare)}),
        ("app-faulty", {"way": app, "fault": _WRONG}),
        ("sms", {"way": text, "seconds_to_wait": 27, "others": (app, spare)}),
        ("sms-faulty", {"way": text, "fault": _WRONG, "seconds_to_wait": 3}),
        ("sms-to-send", {"way": to_send[0], "others": (spare,)}),
        ("call", {"way": call, "others": (spare,)}),
        ("call-to-send", {"way": to_send[1]}),
        ("recovery", {"way": spare, "others": (app,)}),
        ("recovery-faulty", {"way": spare, "fault": _WRONG}),
    ):
        yield f"ask-{name}", "second_factor/asking.html", {**base, **values}
    for code in sorted(SECOND_FACTOR_NOTICES):
        shown = {**base, "way": text, "notice": code, "seconds_to_wait": 12, "others": (spare,)}
        yield f"ask-{code}", "second_factor/asking.html", shown


def _setting_up(base: dict[str, object]) -> Iterator[Page]:
    phone = {"kinds": (_SMS,), "number": "+31 "}
    for name, template, values in (
        ("choose", "choose", {"kinds": (_TOTP, _SMS)}),
        ("choose-spoken", "choose", {"kinds": (_TOTP, _SMS, _VOICE)}),
        ("choose-call", "choose", {"kinds": (_VOICE,)}),
        ("choose-app", "choose", {"kinds": (_TOTP,), "notice": "second-factor-cancelled"}),
        ("scan", "scan", {"offer": _OFFER}),
        ("scan-again", "scan", {"offer": None}),
        ("number", "number", phone),
        ("number-spoken", "number", {**phone, "kinds": (_SMS, _VOICE)}),
        ("number-call", "number", {**phone, "kinds": (_VOICE,)}),
        ("number-faulty", "number", {**phone, "number": "06", "fault": _BAD_NUMBER}),
        ("number-wait", "number", {**phone, "notice": "second-factor-too-soon", "seconds_to_wait": 9}),
        ("confirm-app", "confirm", {"way": _TOTP, "tail": ""}),
        ("confirm-sms", "confirm", {"way": _SMS, "tail": _TAIL, "seconds_to_wait": 27}),
        ("confirm-call", "confirm", {"way": _VOICE, "tail": _TAIL}),
        ("confirm-faulty", "confirm", {"way": _TOTP, "tail": "", "fault": _WRONG}),
        ("codes", "codes", {"codes": _CODES, "onward_action": "/on"}),
    ):
        yield name, f"second_factor/{template}.html", {**base, **values}
