"""What the tests of the account area share: getting in, and what a page says."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

from tests.support.browser import Browser, Page
from tests.support.business import Colleague
from tests.support.everything import methods, rules
from tests.support.system import System

NEW_PASSWORD = "zeven paarse krokodillen"
CONFIRM_CODE = "Code bevestigen"


def inside(colleague: Colleague) -> Colleague:
    """Log in at the portal, with the app where one is asked for."""
    colleague.log_in()
    if not colleague.is_in:
        colleague.browser.press(CONFIRM_CODE, code=colleague.app_code())
    assert colleague.is_in
    return colleague


def at(colleague: Colleague, page: str = "") -> Page:
    """A page of the account area in this person's browser."""
    return colleague.browser.open(f"{colleague.system.issuer}/{colleague.account.brand}/account/{page}")


def notice(page: Page) -> str:
    """The title of the notice on a page."""
    found = page.soup.select_one(".notice-title")
    return found.get_text(" ", strip=True) if found else ""


def account_rules(system: System) -> list[Rule]:
    """Every address of the account area."""
    assert isinstance(system.broker, Flask)
    return [rule for rule in rules(system) if rule.endpoint.startswith("account.")]


def visit(browser: Browser, system: System, rule: Rule, brand: str, **fields: str) -> Page:
    """Call an address as this browser, by POST from our own page where it takes no GET."""
    url = system.issuer + rule.rule.replace("<brand>", brand)
    return browser.open(url) if "GET" in methods(rule) else browser.post_here(url, fields)
