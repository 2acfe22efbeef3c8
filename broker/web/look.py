"""Ties languages, themes and notices to the Flask application, so that every template has them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Flask

from broker.web.language import install_languages
from broker.web.notices import find_notice, outage_notice
from broker.web.registration_texts import field_fault, registration_notice
from broker.web.theme import asset, theme_for

TEMPLATES_FOLDER: Final = Path(__file__).parent / "templates"


def install_look(app: Flask) -> None:
    """Give templates what they use besides their context: language, theme, static files, notices."""
    install_languages(app)
    app.jinja_env.globals.update(
        asset=asset, theme_for=theme_for, find_notice=find_notice, outage_notice=outage_notice
    )
    app.jinja_env.globals.update(field_fault=field_fault, registration_notice=registration_notice)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
