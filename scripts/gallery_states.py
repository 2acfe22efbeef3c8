"""The states in which a person can meet a page: what the gallery shows and the tests of the templates check.

A new page, notice or error text gets its states here. The values are samples; nobody's data.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from broker.accounts.registration.pending import Details
from broker.domain.accounts import AccountType
from broker.domain.email_address import EmailFault
from broker.domain.outages import Outage
from broker.domain.person_name import NameFault
from broker.providers.logout import UpstreamEnd
from broker.web.dead_end import TextList
from broker.web.error_texts import ERROR_CODES
from broker.web.logged_out import Upstream
from broker.web.notices import NOTICE_CODES, OwnTexts
from broker.web.registration_form import DetailsForm
from broker.web.registration_texts import REGISTRATION_NOTICES
from scripts.gallery_account import account_pages
from scripts.gallery_eherkenning import eherkenning_pages
from scripts.gallery_passwords import password_pages
from scripts.gallery_relations import MISSING, relation_pages
from scripts.gallery_second_factor import second_factor_pages


@dataclass(frozen=True, slots=True)
class Desk:
    """A sample of what templates know of a service desk."""

    name: str
    phone: str
    email: str
    hours: str | None = None


@dataclass(frozen=True, slots=True)
class Brand:
    """A sample of what templates know of a brand."""

    id: str
    name: str
    legal_name: str
    theme: str
    desk: Desk
    texts: OwnTexts = field(default_factory=OwnTexts)


@dataclass(frozen=True, slots=True)
class Portal:
    """A sample of what templates know of a portal."""

    name: str
    url: str
    brand: Brand
    account_type: AccountType = AccountType.BUSINESS


@dataclass(frozen=True, slots=True)
class Option:
    """A way to log in."""

    provider: str
    action: str
    closed: bool = False
    forgotten: str | None = None
    level: str | None = None


@dataclass(frozen=True, slots=True)
class WayOn:
    """Where a person may go next."""

    label: LazyString
    url: str


@dataclass(frozen=True, slots=True)
class State:
    """One page with one set of values; `error_code` stands for the texts that depend on the language."""

    name: str
    template: str
    brand: Brand | None
    context: Mapping[str, object]
    error_code: str | None = None


def sample_brand(theme: str, name: str) -> Brand:
    """A brand with contact details of nobody (088 000 00 00 is not given out)."""
    hours = "Op werkdagen van 8.30 tot 17.30 uur." if theme == "cz" else None
    desk = Desk(f"{name} Klantenservice", "088 000 00 00", f"klantenservice@{theme}.example", hours)
    return Brand(theme, name, f"{name} (demonstratie) U.A.", theme, desk)


BRANDS = (
    sample_brand("cz", "CZ"),
    sample_brand("vgz", "VGZ"),
    sample_brand("iza", "IZA"),
    sample_brand("zorg-en-zekerheid", "Zorg en Zekerheid"),
)
PORTALS = (
    Portal("Mijn CZ", "http://127.0.0.1:8401/", BRANDS[0], AccountType.CONSUMER),
    *(
        Portal(name, "http://127.0.0.1:8401/", brand)
        for name, brand in zip(("Mijn VGZ Zakelijk", "Mijn IZA", "MijnZZ Zakelijk"), BRANDS[1:], strict=True)
    ),
)
_OUTAGE = Outage("digid", None, datetime(2026, 11, 20, 9, 0, tzinfo=UTC))
OUTAGES = {
    "plain": _OUTAGE,
    "until": replace(_OUTAGE, until=datetime(2026, 11, 21, 5, 30, tzinfo=UTC)),
    "own-words": replace(
        _OUTAGE,
        until=datetime(2026, 11, 21, 5, 30, tzinfo=UTC),
        text_nl="DigiD werkt vannacht niet door onderhoud bij Logius.",
        text_en="DigiD does not work tonight because of maintenance at Logius.",
    ),
    "dutch-words": replace(_OUTAGE, text_nl="DigiD werkt vannacht niet door onderhoud bij Logius."),
}
NEWCOMERS = (
    TextList(
        str(lazy_gettext("Nog geen account?")),
        (str(lazy_gettext("%(portal)s: log in met DigiD. Daarna maakt u uw account.", portal="Mijn CZ")),),
    ),
)
FIELDS = {"SAMLRequest": "PHNhbWxwOkF1dGhuUmVxdWVzdC8+", "RelayState": "r4nd0m"}


def all_states() -> Iterator[State]:
    """Every page in every state that a person can meet."""
    yield from _home_states()
    for portal in PORTALS:
        yield from _login_states(portal)
        yield from _registration_states(portal)
        yield from _second_factor_states(portal)
        yield from _password_states(portal)
        yield from _relation_states(portal)
        yield from _eherkenning_states(portal)
    yield from _account_states(PORTALS[0])
    yield from _logout_states(PORTALS[0])
    yield from _error_states(PORTALS[0])
    yield from (_error("error-brand", "transaction-unknown", portal) for portal in PORTALS[1:])


def _home_states() -> Iterator[State]:
    nothing = {"entrance": None, "lists": ()}
    yield State("home", "home.html", None, {**nothing, "portals": PORTALS})
    yield State("home-empty", "home.html", None, {**nothing, "portals": ()})
    of_brand = {"portals": PORTALS[:1], "entrance": WayOn(lazy_gettext("Inloggen"), "/cz/staff")}
    yield State("home-cz", "home.html", BRANDS[0], {**of_brand, "lists": NEWCOMERS})
    yield State("home-zorg-en-zekerheid", "home.html", BRANDS[3], {**nothing, "portals": PORTALS[3:]})


def _login_states(portal: Portal) -> Iterator[State]:
    brand = portal.brand
    context = {
        "portal": portal,
        "options": (Option("digid", "/login/digid"),),
        "csrf_token": "sample-token",
        "transaction_id": "sample-transaction",
        "support_code": None,
        "outages": (),
        "cancel_action": "/login/cancel",
    }
    for notice in (None, *sorted(NOTICE_CODES)):
        name = f"login-{brand.id}" + (f"-{notice}" if notice else "")
        code = "7KQF-M3WD" if notice and notice != "digid-cancelled" else None
        shown = {**context, "notice": notice, "support_code": code}
        if notice and notice.startswith(("password", "second-factor")):
            shown["options"] = (Option("password", "/login/password"),)
        yield State(name, "login/choose.html", brand, shown)
    by_eherkenning = {**context, "notice": None, "options": (Option("eherkenning", "/go", level="EH2+"),)}
    yield State(f"login-{brand.id}-eherkenning", "login/choose.html", brand, by_eherkenning)
    for name, forgotten in (("password", None), ("password-forgotten", "/login/reset")):
        typed = {**context, "notice": None, "options": (Option("password", "/go", forgotten=forgotten),)}
        yield State(f"login-{brand.id}-{name}", "login/choose.html", brand, typed)
    yield from _closed_states(brand, {**context, "notice": None})
    no_option = {**context, "options": (), "notice": "digid-unavailable"}
    yield State(f"login-{brand.id}-no-option", "login/choose.html", brand, no_option)
    onward = {"action": "#onward", "fields": FIELDS, "portal": portal, "provider_name": "DigiD"}
    yield State(f"to-provider-{brand.id}", "login/post_to_provider.html", brand, onward)
    yield State(f"to-portal-{brand.id}", "login/form_post.html", brand, onward)


def _closed_states(brand: Brand, context: Mapping[str, object]) -> Iterator[State]:
    closed = {**context, "options": (Option("digid", "/login/digid", closed=True),)}
    failing = {**closed, "notice": "digid-unavailable"}
    yield State(f"login-{brand.id}-closed-after-failures", "login/choose.html", brand, failing)
    for name, outage in OUTAGES.items():
        state = f"login-{brand.id}-outage-{name}"
        yield State(state, "login/choose.html", brand, {**closed, "outages": (outage,)})


def _registration_states(portal: Portal) -> Iterator[State]:
    brand = portal.brand
    own = {
        "portal": portal,
        "csrf_token": "sample-token",
        "transaction_id": "sample-transaction",
        "cancel_action": "/register/cancel",
        "notice": None,
    }
    form = {**own, "details_action": "/register/details"}
    details = Details("Jelle Hoekstra", "jelle.hoekstra@post.example")
    actions = {"mail_action": "/register/mail", "change_action": "/register/change"}
    waiting = {**own, **actions, "details": details, "continue_action": "/register/continue"}
    link = {"portal": portal, "action": "/activate", "csrf_token": "sample-token", "fields": {"link": "l1nk"}}
    ready = {"portal": portal, "csrf_token": "sample-token"}
    faulty = DetailsForm("", "jelle", NameFault.MISSING, EmailFault.MALFORMED)
    for name, template, context in (
        ("details", "register/details.html", {**form, "form": DetailsForm()}),
        ("details-faulty", "register/details.html", {**form, "form": faulty}),
        ("check", "register/check.html", waiting),
        ("mailed", "register/mailed.html", waiting),
        ("activate", "register/activate.html", link),
        ("ready", "register/ready.html", {**ready, "continue_action": "/register/continue"}),
        ("ready-elsewhere", "register/ready.html", {**ready, "continue_action": None}),
        ("no-account", "login/no_account.html", {**ready, "help": None, "support_code": "7KQF-M3WD"}),
    ):
        yield State(f"registration-{brand.id}-{name}", template, brand, context)
    for code in sorted(REGISTRATION_NOTICES):
        context = {**waiting, "notice": code}
        yield State(f"registration-{brand.id}-{code}", "register/mailed.html", brand, context)


def _second_factor_states(portal: Portal) -> Iterator[State]:
    for name, template, context in second_factor_pages(portal.name):
        shown = {**context, "portal": portal}
        yield State(f"second-factor-{portal.brand.id}-{name}", template, portal.brand, shown)


def _password_states(portal: Portal) -> Iterator[State]:
    for name, template, context in password_pages(portal.name, portal.url):
        yield State(f"password-{portal.brand.id}-{name}", template, portal.brand, context)


def _relation_states(portal: Portal) -> Iterator[State]:
    for name, template, context in relation_pages():
        shown = {**context, "portal": portal}
        yield State(f"{name}-{portal.brand.id}", template, portal.brand, shown)


def _eherkenning_states(portal: Portal) -> Iterator[State]:
    for name, template, context in eherkenning_pages():
        shown = {**context, "portal": portal, "portals": (portal,)}
        yield State(f"eherkenning-{portal.brand.id}-{name}", template, portal.brand, shown)


def _account_states(portal: Portal) -> Iterator[State]:
    for name, template, context in account_pages():
        yield State(name, template, portal.brand, {"portal": portal, "portals": PORTALS[:2], **context})


def _logout_states(portal: Portal) -> Iterator[State]:
    question = {"action": "/logout", "csrf_token": "sample-token", "fields": {"state": "s"}}
    stay = WayOn(lazy_gettext("Terug naar %(portal)s", portal=portal.name), portal.url)
    for name, way_on in (("", None), ("-with-way-on", stay)):
        for brand in (portal.brand, None):
            suffix = name + ("" if brand else "-no-brand")
            yield State(
                f"logout-confirm{suffix}", "logout/confirm.html", brand, {**question, "way_on": way_on}
            )
    home = WayOn(lazy_gettext("Naar de beginpagina"), "/")
    for name, anything_ended in (("", True), ("-already", False)):
        for brand, onward in ((portal.brand, stay), (None, home)):
            suffix = name + ("" if brand else "-no-brand")
            done = {"way_on": onward, "told": (), "anything_ended": anything_ended}
            yield State(f"logout-done{suffix}", "logout/done.html", brand, done)
    yield from _upstream_logout_states(portal.brand, stay, home)


def _upstream_logout_states(brand: Brand, stay: WayOn, home: WayOn) -> Iterator[State]:
    """What is told of a login at its provider, before and after somebody logs out there."""
    logins = {
        "digid": Upstream("DigiD", brand.name, asks_anew=True),
        "kept": Upstream("eHerkenning", brand.name, asks_anew=False),
        "offered": Upstream("eHerkenning", brand.name, False, "/saml/logout/begin", "handle", "sample-token"),
    }
    for name, told in logins.items():
        context = {"way_on": stay, "told": (told,), "anything_ended": True}
        yield State(f"logout-done-{name}", "logout/done.html", brand, context)
    all_told = {"way_on": home, "told": tuple(logins.values()), "anything_ended": True}
    yield State("logout-done-no-brand-several", "logout/done.html", None, all_told)
    there = WayOn(lazy_gettext("Naar de websites van %(brand)s", brand=brand.name), "#brand")
    for end in UpstreamEnd:
        context = {"provider_name": "eHerkenning", "end": end.value, "way_on": there}
        yield State(f"logout-provider-{end.value}", "logout/provider.html", brand, context)


_SEVERAL = ("Mijn CZ", "Mijn CZ Zakelijk")


def _error_states(portal: Portal) -> Iterator[State]:
    for code in sorted(ERROR_CODES):
        yield _error("error", code, portal)
        yield _error("error-no-brand", code, None)
    one = _error("error-several-portals", "transaction-unknown", portal)
    there = (
        WayOn(lazy_gettext("Opnieuw beginnen bij %(portal)s", portal=name), portal.url) for name in _SEVERAL
    )
    yield replace(one, context={**one.context, "ways_on": list(there)})
    role = _error("error-who-helps", "no-role", portal)
    yield replace(role, context={**role.context, "lists": MISSING})
    nothing = _error("error-newcomers", "not-found", portal)
    yield replace(nothing, context={**nothing.context, "lists": NEWCOMERS})


def _error(prefix: str, code: str, portal: Portal | None) -> State:
    again = lazy_gettext("Opnieuw beginnen bij %(portal)s", portal=portal.name if portal else "")
    ways_on = [WayOn(again, portal.url)] if portal else []
    name = (
        f"{prefix}-{code}" if prefix != "error-brand" or portal is None else f"error-{portal.brand.id}-{code}"
    )
    context = {"ways_on": ways_on, "support_code": "7KQF-M3WD", "portal": portal}
    return State(name, "error.html", portal.brand if portal else None, context, error_code=code)
