"""Pages come in the language a person picked, and the switch never repeats a message that works once."""

from __future__ import annotations

import re
import runpy
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import gettext
from werkzeug.test import TestResponse

from broker.web.language import (
    LANGUAGE_COOKIE,
    TRANSLATIONS_FOLDER,
    Language,
    choose_language,
    current_language,
    install_languages,
    language_links,
    prefer_ui_locales,
)

ROOT = Path(__file__).resolve().parents[3]
MESSAGES = TRANSLATIONS_FOLDER / "en" / "LC_MESSAGES"
BUTTON = "Inloggen met DigiD"


@pytest.fixture
def app() -> Flask:
    """An application with one page that shows its language and a sentence."""
    app = Flask("test")
    install_languages(app)

    def page() -> str:
        return f"{current_language()} {gettext(BUTTON)}"

    for path in ("/cz/login", "/oauth2/authorize"):
        app.add_url_rule(path, path, page, methods=["GET", "POST"])
    return app


@pytest.mark.parametrize(
    ("query", "cookie", "ui_locales", "accepted", "chosen"),
    [
        (None, None, None, (), Language.DUTCH),
        (None, None, None, ("fr", "en-GB", "nl"), Language.ENGLISH),
        (None, None, "de en", ("nl",), Language.ENGLISH),
        (None, "nl", "en", ("en",), Language.DUTCH),
        ("en", "nl", "nl", ("nl",), Language.ENGLISH),
        ("xx", "en", None, (), Language.ENGLISH),
        ("", "", "  ", ("",), Language.DUTCH),
        ("EN-us", None, None, (), Language.ENGLISH),
        ("english", None, None, (), Language.DUTCH),
        ("../en", "nl\r\n", "\x00", ("*",), Language.DUTCH),
    ],
)
def test_choose_language_takes_the_first_we_have(
    query: str | None, cookie: str | None, ui_locales: str | None, accepted: tuple[str, ...], chosen: Language
) -> None:
    """Question over cookie over portal over browser over Dutch; nonsense is passed over."""
    assert choose_language(query=query, cookie=cookie, ui_locales=ui_locales, accepted=accepted) is chosen


def test_page_is_dutch_without_any_wish(app: Flask) -> None:
    """Dutch is the source: its sentences need no catalogue."""
    assert app.test_client().get("/cz/login").text == f"nl {BUTTON}"


def test_page_follows_the_browser_by_preference(app: Flask) -> None:
    """The quality of Accept-Language counts, and a language with quality 0 is refused."""
    client = app.test_client()
    prefers_english = {"Accept-Language": "nl;q=0.5, en;q=0.9"}
    refuses_english = {"Accept-Language": "en;q=0, fr"}
    assert client.get("/cz/login", headers=prefers_english).text == "en Log in with DigiD"
    assert client.get("/cz/login", headers=refuses_english).text.startswith("nl")


def test_only_the_beginning_of_a_long_list_counts(app: Flask) -> None:
    """What browsers say is kept, so that it is bounded; nobody takes a hundred languages."""
    short, long = ("fr," * number + "en" for number in (20, 100))
    client = app.test_client()
    assert client.get("/cz/login", headers={"Accept-Language": short}).text.startswith("en")
    assert client.get("/cz/login", headers={"Accept-Language": long}).text.startswith("nl")


def test_choice_is_remembered_in_a_safe_cookie(app: Flask) -> None:
    """The choice survives to the next page, in a cookie no other site or script can set or read."""
    client = app.test_client()
    answer = client.get("/cz/login?lang=en", base_url="https://localhost")
    cookie = set_cookie(answer)
    assert cookie.startswith(f"{LANGUAGE_COOKIE}=en;")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert client.get("/cz/login", base_url="https://localhost").text.startswith("en")


@pytest.mark.parametrize("path", ["/cz/login", "/cz/login?lang=xx", "/oauth2/authorize?lang=en"])
def test_no_cookie_without_a_choice_in_the_switch(app: Flask, path: str) -> None:
    """A nonsense language, and a parameter of somebody else's message, leave no cookie."""
    assert set_cookie(app.test_client().get(path)) == ""


def test_ui_locales_of_the_portal_count_for_the_rest_of_the_request(app: Flask) -> None:
    """A transaction that is loaded in the middle of a request still decides the language of the page."""
    with app.test_request_context("/cz/login"):
        before = current_language()
        prefer_ui_locales("en-GB nl")
        after = current_language()
    assert (before, after) == (Language.DUTCH, Language.ENGLISH)


def test_language_links_keep_the_page_and_its_parameters(app: Flask) -> None:
    """Switching language leaves everything else as it was, and replaces an earlier choice."""
    with app.test_request_context("/cz/login?step=2&lang=nl&name=a%26b"):
        dutch, english = language_links()
    assert (dutch.current, english.current) == (True, False)
    assert (dutch.name, english.name) == ("Nederlands", "English")
    assert parse_qs(english.address.removeprefix("?")) == {"step": ["2"], "name": ["a&b"], "lang": ["en"]}


def test_language_links_never_lead_to_another_site(app: Flask) -> None:
    """A path that looks like a host is not repeated in a link."""
    with app.test_request_context("//evil.example/path"):
        assert all(link.address.startswith("?lang=") for link in language_links())


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/cz/login", "POST"),
        ("/saml/cz/digid/acs?SAMLart=x", "GET"),
        ("/oauth2/authorize?client_id=x", "GET"),
    ],
)
def test_language_links_are_left_out_where_a_message_works_once(app: Flask, path: str, method: str) -> None:
    """An artifact, a code or a posted form is never offered again."""
    with app.test_request_context(path, method=method):
        assert language_links() == ()


def test_every_sentence_has_its_english_and_the_catalogue_is_compiled() -> None:
    """Nothing is untranslated, uncertain or outdated, and the .mo file says what the .po file says."""
    written, compiled = catalogues()
    assert [message.id for message in written if message.id and (not message.string or message.fuzzy)] == []
    assert not written.obsolete
    assert _sentences(compiled) == _sentences(written)


def _sentences(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    """What is said by what; a sentence that counts has several forms, a compiled one names them as a list."""
    return {_forms(message.id): _forms(message.string) for message in catalogue if message.id}


def _forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text or ())


def test_english_sentences_keep_the_names_in_the_dutch_ones() -> None:
    """A %(portal)s that is lost in translation would be an error page about an error page."""
    written, _ = catalogues()
    faults = {message.id: errors for message, errors in written.check() if errors}
    assert faults == {}


def test_dutch_sentences_say_heeft_to_whoever_is_addressed() -> None:
    """Of `u heeft` and `u hebt` one is used: that of the sentence which DigiD asks for."""
    written, _ = catalogues()
    of_broker = {form for message in written if message.id for form in _forms(message.id)}
    of_demo = {
        line.strip()
        for file in sorted((ROOT / "demo").rglob("*"))
        if file.suffix in {".py", ".html", ".js"}
        for line in file.read_text(encoding="utf-8").splitlines()
    }
    assert {text for text in of_broker | of_demo if re.search(r"\bhebt\b", text, re.IGNORECASE)} == set()


def test_catalogue_holds_exactly_the_sentences_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever changes a Dutch sentence must run scripts/translations."""
    monkeypatch.chdir(ROOT)
    script = runpy.run_path(str(ROOT / "scripts" / "translations"))
    assert script["main"](["check"]) == 0


def catalogues() -> tuple[Catalog, Catalog]:
    """The written and the compiled catalogue."""
    with (MESSAGES / "messages.po").open("rb") as written, (MESSAGES / "messages.mo").open("rb") as compiled:
        return read_po(written, locale="en"), read_mo(compiled)


def set_cookie(answer: TestResponse) -> str:
    """The Set-Cookie header, or an empty text."""
    return answer.headers.get("Set-Cookie", "")
