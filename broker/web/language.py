"""Which language a page is in, and the links with which a person changes it.

Dutch is the source language: the sentences in code and templates are Dutch, English comes from
`translations/en`. The order of choice is: what the person asked for just now, what the person chose
before, what the portal asked for, what the browser prefers, Dutch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from babel import Locale
from flask import Flask, Response, request
from flask_babel import Babel, get_locale, refresh
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from broker.web.page_texts import install_page_texts
from broker.web.trimmed_flask import kept_at_hand, request_at_hand


class Language(StrEnum):
    """A language the pages exist in; the value is its BCP 47 tag."""

    DUTCH = "nl"
    ENGLISH = "en"


NAMES: Final = {Language.DUTCH: "Nederlands", Language.ENGLISH: "English"}
"""Each language under its own name, as WCAG 3.1.2 expects of a language switch."""

LANGUAGE_COOKIE: Final = "__Host-voordeur-lang"
LANGUAGE_COOKIE_LIFETIME_SECONDS: Final = 365 * 24 * 3600
LANGUAGE_PARAMETER: Final = "lang"
TRANSLATIONS_FOLDER: Final = Path(__file__).parent / "translations"

_LANGUAGE_OF_TAG: Final = {language.value: language for language in Language}
_LOCALES: Final = {language: Locale.parse(language.value) for language in Language}
_PROTOCOL_PATHS: Final = ("/oauth2/", "/saml/")
_UI_LOCALES: Final = "ui_locales"
_LONGEST_WISH: Final = 256
_MOST_WISHES: Final = 256


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch; `address` is relative to the page itself."""

    language: Language
    name: str
    address: str
    current: bool

    @property
    def is_of_every_page(self) -> bool:
        """Whether it repeats nothing that was sent: no mailed secret, and nothing a stranger made up."""
        return self.address == f"?{LANGUAGE_PARAMETER}={self.language}"


def choose_language(
    *, query: str | None, cookie: str | None, ui_locales: str | None, accepted: Iterable[str]
) -> Language:
    """The first language we have, in the order of the module docstring.

    `ui_locales` is the parameter of OpenID Connect Core 3.1.2.1: tags between spaces, best first.
    `accepted` are the tags of Accept-Language (RFC 9110 12.5.4), best first, refused ones left out.
    Tags that are unknown or malformed are passed over.
    """
    for tag in (query, cookie, *(ui_locales or "").split(), *accepted):
        language = _find_language(tag)
        if language is not None:
            return language
    return Language.DUTCH


def _find_language(tag: str | None) -> Language | None:
    """The language of a BCP 47 tag by its first part: `en-GB` is English."""
    return _LANGUAGE_OF_TAG.get(tag.split("-", 1)[0].lower()) if tag else None


def prefer_ui_locales(ui_locales: str | None) -> None:
    """Let the rest of this request know what the portal asked for with `ui_locales`."""
    kept = kept_at_hand()
    if (ui_locales or None) == kept.get(_UI_LOCALES):
        return
    kept[_UI_LOCALES] = ui_locales or None
    refresh()


def current_language() -> Language:
    """The language of the page that is being made."""
    locale = get_locale()
    return _LANGUAGE_OF_TAG.get(locale.language if locale else "", Language.DUTCH)


def language_links() -> tuple[LanguageLink, ...]:
    """The entries of the language switch, or none where following one would repeat a message.

    A page that answers a POST, or that stands at an address of OpenID Connect or SAML, may hold a
    code or artifact that works only once; offering its address again would lead to an error.
    The address holds no path, so a path like `//elsewhere` cannot turn it into a foreign link.
    """
    if not _may_be_asked_again():
        return ()
    if request_at_hand().endpoint is None:
        # Nothing is served here, so nothing that came with the address means anything either.
        return _links_alone(current_language())
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != LANGUAGE_PARAMETER]
    return _links(current_language(), kept) if kept else _links_alone(current_language())


@cache
def _links_alone(current: Language) -> tuple[LanguageLink, ...]:
    """The entries at an address without parameters, which is nearly every page."""
    return _links(current, ())


def _links(current: Language, kept: Iterable[tuple[str, str]]) -> tuple[LanguageLink, ...]:
    return tuple(
        LanguageLink(
            language=language,
            name=NAMES[language],
            address="?" + urlencode([*kept, (LANGUAGE_PARAMETER, language.value)]),
            current=language is current,
        )
        for language in Language
    )


def _may_be_asked_again() -> bool:
    # A file of ours is kept by caches for everybody, so it carries nobody's cookie.
    asked = request_at_hand()
    is_page = asked.endpoint != "static" and not asked.path.startswith(_PROTOCOL_PATHS)
    return asked.method == "GET" and is_page


def _select_locale() -> Locale:
    asked = request_at_hand()
    language = choose_language(
        query=asked.args.get(LANGUAGE_PARAMETER),
        cookie=asked.cookies.get(LANGUAGE_COOKIE),
        ui_locales=kept_at_hand().get(_UI_LOCALES),
        accepted=_accepted(asked.headers.get("Accept-Language", "")[:_LONGEST_WISH]),
    )
    return _LOCALES[language]


@lru_cache(maxsize=_MOST_WISHES)
def _accepted(header: str) -> tuple[str, ...]:
    """The tags that a browser takes, best first; browsers say so in few different ways."""
    return tuple(tag for tag, quality in parse_accept_header(header, LanguageAccept) if quality > 0)


def _remember_choice(response: Response) -> Response:
    """Keep the language that was picked in the switch; it is a taste, so it says nothing of a person."""
    # Asked of the text first: most requests name no language, and then their query need not be taken apart.
    asked = request_at_hand()
    if LANGUAGE_PARAMETER.encode() not in asked.query_string:
        return response
    chosen = _find_language(asked.args.get(LANGUAGE_PARAMETER))
    if chosen is not None and _may_be_asked_again():
        response.set_cookie(
            LANGUAGE_COOKIE,
            chosen.value,
            max_age=LANGUAGE_COOKIE_LIFETIME_SECONDS,
            path="/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
    return response


def install_languages(app: Flask) -> None:
    """Give the application its translations and its templates the language switch."""
    Babel(
        app,
        default_locale=Language.DUTCH.value,
        default_translation_directories=str(TRANSLATIONS_FOLDER),
        locale_selector=_select_locale,
    )
    install_page_texts(app)
    app.after_request(_remember_choice)
    app.jinja_env.globals.update(current_language=current_language, language_links=language_links)
