"""Which language a page is in, and the links with which a person changes it.

Dutch is the source language: the sentences in code and templates are Dutch, English comes from
`translations/en`. The order of choice is: what the person asked for just now, what the person chose
before, what the portal asked for, what the browser prefers, Dutch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

from flask import Flask, Response, g, request
from flask_babel import Babel, get_locale, refresh


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

_PROTOCOL_PATHS: Final = ("/oauth2/", "/saml/")


@dataclass(frozen=True, slots=True)
class LanguageLink:
    """One entry of the language switch; `address` is relative to the page itself."""

    language: Language
    name: str
    address: str
    current: bool


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
    first_part = (tag or "").split("-", 1)[0].lower()
    return next((language for language in Language if language.value == first_part), None)


def prefer_ui_locales(ui_locales: str | None) -> None:
    """Let the rest of this request know what the portal asked for with `ui_locales`."""
    g.voordeur_ui_locales = ui_locales
    refresh()


def current_language() -> Language:
    """The language of the page that is being made."""
    return _find_language(str(get_locale())) or Language.DUTCH


def language_links() -> tuple[LanguageLink, ...]:
    """The entries of the language switch, or none where following one would repeat a message.

    A page that answers a POST, or that stands at an address of OpenID Connect or SAML, may hold a
    code or artifact that works only once; offering its address again would lead to an error.
    The address holds no path, so a path like `//elsewhere` cannot turn it into a foreign link.
    """
    if not _may_be_asked_again():
        return ()
    current = current_language()
    kept = [pair for pair in request.args.items(multi=True) if pair[0] != LANGUAGE_PARAMETER]
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
    return request.method == "GET" and not request.path.startswith(_PROTOCOL_PATHS)


def _select_locale() -> str:
    language = choose_language(
        query=request.args.get(LANGUAGE_PARAMETER),
        cookie=request.cookies.get(LANGUAGE_COOKIE),
        ui_locales=g.get("voordeur_ui_locales"),
        accepted=[tag for tag, quality in request.accept_languages if quality > 0],
    )
    return language.value


def _remember_choice(response: Response) -> Response:
    """Keep the language that was picked in the switch; it is a taste, so it says nothing of a person."""
    chosen = _find_language(request.args.get(LANGUAGE_PARAMETER))
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
    app.after_request(_remember_choice)
    app.jinja_env.globals.update(current_language=current_language, language_links=language_links)
