"""The sentences of a page in its language: what `_()` gives in a template.

A page has a dozen sentences, and each was a walk from template to Flask, to Babel, to the request and back.
Here the page's language is asked once, and a sentence without values is made ready once for all pages.
"""

from __future__ import annotations

import re
from functools import lru_cache

from babel.numbers import format_decimal
from flask import Flask
from flask_babel import get_locale, get_translations
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

_LANGUAGE = "_page_locale"
_MOST_SENTENCES = 4096
_HYPHENATED = re.compile(r"\b[Ee]-mail\w*")


@lru_cache(maxsize=_MOST_SENTENCES)
def _sentence(locale: str, message: str) -> str:
    """The sentence in that language, which is the one of the request at hand; Dutch where it has none."""
    del locale  # It is a part of the key: Babel finds the language by itself.
    return str(get_translations().ugettext(message))


@lru_cache(maxsize=_MOST_SENTENCES)
def _ready(locale: str, message: str) -> Markup:
    """A sentence without values, for HTML: `%%` in it is one sign, as it is with values."""
    return Markup(_sentence(locale, message)) % {}  # noqa: S704 - our own words, as Jinja's extension takes them


@pass_context
def _translate(context: Context, message: str, /, **values: object) -> str:
    """As Jinja's own `gettext` (newstyle): values are escaped on a page, not in a letter in plain text."""
    locale = context.get(_LANGUAGE) or str(get_locale())
    if not context.eval_ctx.autoescape:
        return _sentence(locale, message) % values
    return Markup(_sentence(locale, message)) % values if values else _ready(locale, message)  # noqa: S704 - as above


def whole_number(value: int) -> str:
    """A number as people write it in the language of the page: ``5.000`` in Dutch, ``5,000`` in English."""
    return format_decimal(value, locale=get_locale())


def whole_words(text: str) -> Markup:
    """The text for HTML, with words like `e-mail` kept on one line, for headings and buttons.

    A hyphen that does not break would be another character, which nobody finds who searches for the word.
    """
    return Markup(_HYPHENATED.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped just here


def install_page_texts(app: Flask) -> None:
    """Let templates use it; after Babel was installed, whose functions for plurals and contexts stay."""
    app.jinja_env.globals.update(_=_translate, gettext=_translate, whole_number=whole_number)
    app.jinja_env.filters["whole_words"] = whole_words
    app.context_processor(lambda: {_LANGUAGE: str(get_locale())})
