"""Every error that can reach a person has a title, an explanation and a next step in both languages."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask_babel import force_locale

import broker
from broker.domain.outages import Outage
from broker.errors import BrokerError
from broker.web.error_texts import ERROR_CODES, FALLBACK_CODE, explain
from broker.web.language import Language, install_languages
from broker.web.notices import (
    DIGID_FAILED_SENTENCE,
    NOTICE_CODES,
    NoticeTone,
    OwnTexts,
    find_notice,
    outage_notice,
)

CODES_OF_PAGES = frozenset(
    [
        "internal",
        "temporarily-unavailable",
        "busy",
        "login-refused",
        "transaction-unknown",
        "cookies-off",
        "no-cookies",
        "csrf",
        "request-invalid",
        "not-found",
        "method-not-allowed",
        "too-large",
        "provider-failed",
        "provider-unavailable",
        "no-account",
        "account-disabled",
        "level-too-low",
        "session-unknown",
        "answer-unknown",
        "answer-other-browser",
        "logout-hint-invalid",
    ]
)


@pytest.fixture
def app() -> Iterator[Flask]:
    """An application that knows the languages, inside a request."""
    app = Flask("test")
    install_languages(app)
    with app.test_request_context("/"):
        yield app


def error_classes(base: type[BrokerError] = BrokerError) -> Iterator[type[BrokerError]]:
    """The error classes of the whole package, the base included."""
    yield base
    for child in base.__subclasses__():
        yield from error_classes(child)


def test_every_error_of_the_broker_has_its_sentences() -> None:
    """Whoever adds an error with a code of its own adds what people read about it."""
    for module in pkgutil.walk_packages(broker.__path__, "broker."):
        if "migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    ours = {error.code for error in error_classes() if error.__module__.startswith("broker.")}
    assert ours - ERROR_CODES == set()


def test_every_code_of_a_page_has_its_sentences() -> None:
    """The codes that pages use without an error class are all there."""
    assert CODES_OF_PAGES <= ERROR_CODES


@pytest.mark.parametrize("code", sorted(ERROR_CODES))
def test_error_text_says_what_happened_and_what_to_do_in_both_languages(app: Flask, code: str) -> None:
    """All three sentences are there, differ per language, and hold no gap that was not filled."""
    texts = {}
    for language in Language:
        with force_locale(language.value):
            texts[language] = explain(code), explain(code, portal="Mijn CZ")
    for plain, at_portal in texts.values():
        for text in (plain, at_portal):
            assert all((text.title, text.explanation, text.next_step))
            assert "%(" not in text.title + text.explanation + text.next_step
            assert text.next_step.endswith(".")
            assert not text.title.endswith(".")
    dutch, english = texts[Language.DUTCH][0], texts[Language.ENGLISH][0]
    assert {dutch.title, dutch.explanation, dutch.next_step}.isdisjoint(
        {english.title, english.explanation, english.next_step}
    )


def test_error_text_names_the_portal_where_one_may_begin_again(app: Flask) -> None:
    """An expired login page sends people back to their own portal by name."""
    assert explain("transaction-unknown", portal="Mijn CZ").next_step == "Begin opnieuw bij Mijn CZ."
    assert "Mijn CZ" not in explain("transaction-unknown").next_step


def test_error_text_takes_a_portal_name_literally(app: Flask) -> None:
    """A percent sign in a name is a character, not a gap to fill."""
    assert "100%(portal)s" in explain("csrf", portal="100%(portal)s").next_step


def test_error_text_of_an_unknown_code_is_the_internal_one(app: Flask) -> None:
    """There is always a page."""
    assert explain("made-up") == explain(FALLBACK_CODE)


def test_error_texts_are_chosen_at_the_time_of_the_request(app: Flask) -> None:
    """The table is made at import, the language is known later."""
    with force_locale("en"):
        assert explain("not-found").title == "This page does not exist"
    assert explain("not-found").title == "Deze pagina bestaat niet"


@pytest.mark.parametrize("code", sorted(NOTICE_CODES - {"digid-failed"}))
def test_notice_is_in_the_language_of_the_page(app: Flask, code: str) -> None:
    """Our own notices are translated and carry no language of their own."""
    dutch = find_notice(code)
    with force_locale("en"):
        english = find_notice(code)
    assert dutch is not None
    assert english is not None
    assert dutch.language is english.language is None
    assert (dutch.title, dutch.text) != (english.title, english.text)


def test_notice_of_a_failed_digid_login_is_the_literal_dutch_sentence(app: Flask) -> None:
    """Logius tests the sentence letter by letter, on an English page too, marked as Dutch there."""
    with force_locale("en"):
        notice = find_notice("digid-failed")
    assert notice is not None
    assert notice.text == DIGID_FAILED_SENTENCE
    assert notice.language is Language.DUTCH
    assert notice.tone is NoticeTone.DANGER
    assert notice.title == "Logging in did not work"


def test_notice_of_a_cancelled_digid_login_is_the_usual_sentence(app: Flask) -> None:
    """The words that people know from other sites with DigiD."""
    notice = find_notice("digid-cancelled")
    assert notice is not None
    assert notice.text == "U heeft het inloggen met DigiD geannuleerd."


@pytest.mark.parametrize("code", [None, "", "made-up", "<script>"])
def test_notice_of_an_unknown_code_is_nothing(app: Flask, code: str | None) -> None:
    """Only codes of the table put words on a page."""
    assert find_notice(code) is None


@pytest.mark.parametrize("language", list(Language))
def test_notice_of_a_failed_digid_login_can_be_configured(app: Flask, language: Language) -> None:
    """When Logius changes its sentence an operator changes ours, on the pages of both languages."""
    with force_locale(language.value):
        notice = find_notice("digid-failed", OwnTexts(failed="De nieuwe zin."))
    assert notice is not None
    assert (notice.text, notice.language) == ("De nieuwe zin.", Language.DUTCH)


def test_notice_of_a_cancelled_digid_login_can_be_configured(app: Flask) -> None:
    """Our own sentence is translated; an operator's is shown as it is and marked as Dutch."""
    with force_locale("en"):
        usual = find_notice("digid-cancelled", OwnTexts())
        own = find_notice("digid-cancelled", OwnTexts(cancelled="Je hebt het inloggen geannuleerd."))
    assert usual is not None
    assert own is not None
    assert (usual.text, usual.language) == ("You cancelled logging in with DigiD.", None)
    assert (own.text, own.language) == ("Je hebt het inloggen geannuleerd.", Language.DUTCH)


OUTAGE = Outage("digid", None, datetime(2026, 7, 1, 9, 0, tzinfo=UTC))


def test_notice_of_an_outage_has_words_in_both_languages(app: Flask) -> None:
    """Ours when the operator gave none; then there is no end to tell either."""
    dutch = outage_notice(OUTAGE)
    with force_locale("en"):
        english = outage_notice(OUTAGE)
    assert dutch.text != english.text
    assert dutch.language is english.language is dutch.addition is english.addition is None


@pytest.mark.parametrize(
    ("until", "dutch", "english"),
    [
        (datetime(2026, 7, 2, 4, 30, tzinfo=UTC), "donderdag 2 juli 06:30 uur", "Thursday 2 July 06:30"),
        (
            datetime(2026, 12, 2, 4, 30, tzinfo=UTC),
            "woensdag 2 december 05:30 uur",
            "Wednesday 2 December 05:30",
        ),
    ],
    ids=["summer", "winter"],
)
def test_notice_of_an_outage_tells_its_end_in_the_time_of_people_here(
    app: Flask, until: datetime, dutch: str, english: str
) -> None:
    """Kept in UTC, told in Dutch time, in summer and in winter."""
    outage = Outage("digid", None, OUTAGE.since, until=until)
    assert outage_notice(outage).addition == f"Wij verwachten dat het weer kan vanaf {dutch}."
    with force_locale("en"):
        assert outage_notice(outage).addition == f"We expect it to work again from {english}."


@pytest.mark.parametrize(
    ("language", "texts", "shown", "marked"),
    [
        ("nl", ("Onderhoud.", "Maintenance."), "Onderhoud.", Language.DUTCH),
        ("en", ("Onderhoud.", "Maintenance."), "Maintenance.", Language.ENGLISH),
        ("en", ("Onderhoud.", None), "Onderhoud.", Language.DUTCH),
        ("nl", (None, "Maintenance."), "Maintenance.", Language.ENGLISH),
    ],
)
def test_notice_of_an_outage_shows_the_operators_words(
    app: Flask, language: str, texts: tuple[str | None, str | None], shown: str, marked: Language
) -> None:
    """Those of the page's language if they were given, else the others, marked as what they are."""
    outage = Outage("digid", None, OUTAGE.since, text_nl=texts[0], text_en=texts[1])
    with force_locale(language):
        notice = outage_notice(outage)
    assert (notice.text, notice.language) == (shown, marked)
