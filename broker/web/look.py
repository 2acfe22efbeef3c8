"""Ties languages, themes and notices to the Flask application, so that every template has them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from broker.web.account.notes import account_note
from broker.web.account.password_pages import password_change_fault
from broker.web.language import install_languages
from broker.web.notices import find_notice, outage_notice
from broker.web.password_texts import password_fault
from broker.web.registration_texts import field_fault, registration_notice
from broker.web.second_factor_texts import second_factor_notice
from broker.web.shared_parts import install_shared_parts
from broker.web.theme import asset, theme_for

TEMPLATES_FOLDER: Final = Path(__file__).parent / "templates"


def install_look(app: Flask) -> None:
    """Give templates what they use besides their context: language, theme, static files, notices."""
    install_languages(app)
    install_shared_parts(app)
    app.jinja_env.globals.update(
        asset=asset, theme_for=theme_for, find_notice=find_notice, outage_notice=outage_notice
    )
    app.jinja_env.globals.update(field_fault=field_fault, registration_notice=registration_notice)
    app.jinja_env.globals.update(password_fault=password_fault)
    app.jinja_env.globals.update(second_factor_notice=second_factor_notice)
    app.jinja_env.globals.update(account_note=account_note, password_change_fault=password_change_fault)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
