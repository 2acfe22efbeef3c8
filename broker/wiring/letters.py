"""Mails that are written outside any request, by a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from flask_babel import force_locale

from broker.web.language import Language
from broker.web.look import install_look


@contextmanager
def writing_in(language: Language) -> Iterator[None]:
    """Within this, mails have the look of their brand and this language."""
    app = Flask("broker.web")
    install_look(app)
    with app.app_context(), force_locale(language.value):
        yield
