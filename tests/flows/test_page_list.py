"""Every address that shows a page, and every template, has states in the gallery."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

import broker.web
from scripts.gallery_states import all_states
from tests.support.system import System

pytestmark = pytest.mark.flow

# Which templates an address can answer with besides the error page; an empty set is for programs, for
# redirects, and for forms that answer with the page they came from. A new address takes its place here.
PAGES: dict[str, set[str]] = {
    "account": {
        "account/address.html",
        "account/confirm.html",
        "account/details.html",
        "account/erase.html",
        "account/export.html",
        "account/factors.html",
        "account/log.html",
        "account/log_in.html",
        "account/password.html",
        "account/session_ends.html",
        "account/sessions.html",
        "account/shared.html",
        "logout/done.html",
        "second_factor/asking.html",
        "second_factor/choose.html",
        "second_factor/codes.html",
        "second_factor/confirm.html",
        "second_factor/number.html",
        "second_factor/scan.html",
    },
    "account_request": {"binding/entrance.html", "binding/request.html", "binding/received.html"},
    "binding": {"binding/code.html", "login/form_post.html"},
    "activation": {"register/activate.html", "register/ready.html", "login/form_post.html"},
    "address": {"address/confirm.html", "address/done.html"},
    "authorize": {"login/form_post.html"},
    "collectivity": {"login/collectivity.html", "login/form_post.html"},
    "health": set(),
    "home": {"home.html"},
    "login": {"login/choose.html", "login/post_to_provider.html", "login/form_post.html"},
    "logout": {"logout/confirm.html", "logout/done.html"},
    "oidc_machine": set(),
    "password": {"login/form_post.html"},
    "new_password": {"reset/choose.html", "reset/done.html"},
    "registration": {
        "register/details.html",
        "register/check.html",
        "register/mailed.html",
        "register/ready.html",
        "login/form_post.html",
    },
    "reset": {"reset/ask.html", "reset/mailed.html"},
    "second_factor": {
        "second_factor/asking.html",
        "second_factor/choose.html",
        "second_factor/codes.html",
        "second_factor/confirm.html",
        "second_factor/done.html",
        "second_factor/number.html",
        "second_factor/scan.html",
        "login/form_post.html",
    },
    "saml": {"login/no_account.html", "login/form_post.html"},
    "staff": {"staff/entrance.html"},
    "static": set(),
    "upstream_logout": {"logout/provider.html", "login/post_to_provider.html"},
}
IN_GALLERY = {state.template for state in all_states()}


def test_every_address_has_its_pages_in_the_gallery(system: System) -> None:
    """A page that nobody photographs is a page that nobody checks for contrast and keyboard."""
    assert isinstance(system.broker, Flask)
    served = {rule.endpoint.partition(".")[0] for rule in system.broker.url_map.iter_rules()}
    assert served == set(PAGES)
    for endpoint, templates in PAGES.items():
        assert templates <= IN_GALLERY, endpoint


def test_every_template_that_code_names_is_in_the_gallery() -> None:
    """Also those that a later address brings; mail is looked at in a mail program."""
    named = set()
    for file in Path(broker.web.__path__[0]).rglob("*.py"):
        named |= set(re.findall(r'"([a-z_/]+\.html)"', file.read_text(encoding="utf-8")))
    assert {name for name in named if not name.startswith("mail/")} == IN_GALLERY
    assert set().union(*PAGES.values()) | {"error.html"} == IN_GALLERY
