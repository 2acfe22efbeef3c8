"""A person in a real browser at the eHerkenning simulator."""

from __future__ import annotations

from playwright.sync_api import expect

from demo.eherkenning.people import Means
from demo.eherkenning.suppliers import supplier_of
from tests.support.visitor import Visitor

MAKELAAR = "http://127.0.0.1:8200"


def choose_supplier(visitor: Visitor, means: Means) -> None:
    """From the button on our page to the supplier's login page."""
    page, supplier = visitor.page, supplier_of(means.supplier)
    assert supplier is not None
    page.get_by_role("button", name="Inloggen met eHerkenning").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inloggen met eHerkenning")
    assert page.url.startswith(MAKELAAR)
    visitor.look("supplier")
    page.get_by_label(supplier.name).check()
    page.get_by_role("button", name="Doorgaan").click()


def type_password(visitor: Visitor, means: Means) -> None:
    """At the supplier."""
    visitor.look("supplier-login")
    visitor.page.get_by_label("Gebruikersnaam").fill(means.username)
    visitor.page.get_by_label("Wachtwoord").fill(means.password)
    visitor.page.get_by_role("button", name="Inloggen").click()


def choose(visitor: Visitor, heading: str, option: str) -> None:
    """A company, or a branch of it."""
    expect(visitor.page.get_by_role("heading", level=1)).to_have_text(heading)
    visitor.look("choose")
    visitor.page.get_by_label(option).check()
    visitor.page.get_by_role("button", name="Doorgaan").click()
