"""The states of the pages on which somebody asks for a link and chooses a password; see `gallery_states`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from broker.accounts.passwords.policy import TOO_COMMON, TOO_LIKE_YOU, TOO_LONG, TOO_SHORT
from broker.domain.email_address import EmailFault

Page = tuple[str, str, dict[str, object]]
"""Name, template, and its values besides the brand."""


@dataclass(frozen=True, slots=True)
class Way:
    """A portal to log in to."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose password it is."""

    name: str = "Bea Bakker"
    email: str = "bea.bakker@bakkerij-de-vries.example"


def password_pages(portal_name: str, portal_url: str) -> Iterator[Page]:
    """Every state of these pages at one brand, with one portal and with several."""
    one = [Way(portal_name, portal_url)]
    several = [*one, Way(f"{portal_name} Plus", portal_url)]
    form: dict[str, object] = {
        "action": "/reset",
        "csrf_token": "sample-token",
        "kept": {"attempt": "sample"},
        "email": "",
        "email_fault": None,
        "ways_on": one,
    }
    yield "ask", "reset/ask.html", form
    yield "ask-no-portal", "reset/ask.html", {**form, "ways_on": several, "kept": {}}
    faulty = {"email": "bea.bakker", "email_fault": EmailFault.MALFORMED}
    yield "ask-faulty", "reset/ask.html", {**form, **faulty}
    yield "mailed", "reset/mailed.html", {"again": "/reset", "ways_on": one}
    yield "mailed-no-portal", "reset/mailed.html", {"again": "/reset", "ways_on": several}
    yield from _choosing()
    for activated in (False, True):
        name = "activated" if activated else "changed"
        for suffix, ways_on in (("", one), ("-several-portals", several)):
            yield f"{name}{suffix}", "reset/done.html", {"activated": activated, "ways_on": ways_on}


def _choosing() -> Iterator[Page]:
    form: dict[str, object] = {
        "account": Owner(),
        "action": "/reset/password",
        "csrf_token": "sample-token",
        "fields": {"link": "l1nk"},
        "faults": (),
        "advice": (),
    }
    for activating in (False, True):
        name = "activate" if activating else "choose"
        yield name, "reset/choose.html", {**form, "activating": activating}
    for fault, advice in (
        (TOO_SHORT, ("common-word", "date")),
        (TOO_LONG, ()),
        (TOO_COMMON, ("keyboard-row", "repetition", "sequence")),
        (TOO_LIKE_YOU, ("about-you", "year")),
    ):
        shown = {**form, "activating": fault == TOO_LIKE_YOU, "faults": (fault,), "advice": advice}
        yield f"choose-{fault}", "reset/choose.html", shown
