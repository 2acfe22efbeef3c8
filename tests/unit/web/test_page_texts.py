"""The sentences of a page: what Jinja's own `gettext` would give, in the language of this page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import render_template
from flask_babel import force_locale

from broker.web.language import TRANSLATIONS_FOLDER, install_languages
from broker.web.page_texts import whole_words
from broker.web.trimmed_flask import TrimmedFlask

TEMPLATES = {
    "plain.html": '{{ _("Terug naar %(portal)s", portal=name) }}|{{ _("Taal") }}|{{ _("100%% <b>") }}',
    "plain.txt": '{{ _("Terug naar %(portal)s", portal=name) }}|{{ _("Taal") }}|{{ _("100%% <b>") }}',
    "part.html": '{% macro word() %}{{ _("Taal") }}{% endmacro %}',
    "page.html": '{% from "part.html" import word %}{{ word() }}|{{ _("Taal") }}',
}


@pytest.fixture
def app(tmp_path: Path) -> TrimmedFlask:
    """An application with the templates above and our translations."""
    (tmp_path / "templates").mkdir()
    for name, source in TEMPLATES.items():
        (tmp_path / "templates" / name).write_text(source)
    made = TrimmedFlask("texts", root_path=str(tmp_path))
    install_languages(made)
    return made


@pytest.mark.parametrize(
    ("template", "language", "expected"),
    [
        ("plain.html", "nl", "Terug naar &lt;A&gt;|Taal|100% <b>"),
        ("plain.html", "en", "Back to &lt;A&gt;|Language|100% <b>"),
        ("plain.txt", "nl", "Terug naar <A>|Taal|100% <b>"),
        ("plain.txt", "en", "Back to <A>|Language|100% <b>"),
    ],
)
def test_sentence_is_in_its_language_with_values_made_safe(
    app: TrimmedFlask, template: str, language: str, expected: str
) -> None:
    """A value is escaped on a page and stays as it is in a letter; twice, since the second is kept."""
    with app.test_request_context("/"), force_locale(language):
        assert [render_template(template, name="<A>") for _ in range(2)] == [expected] * 2


def test_languages_do_not_reach_each_other(app: TrimmedFlask) -> None:
    """A sentence that is kept in one language is not shown in another; macros follow their page."""
    for language, expected in [("en", "Language|Language"), ("nl", "Taal|Taal")] * 2:
        with app.test_request_context("/", headers={"Accept-Language": language}):
            assert render_template("page.html") == expected


def test_switch_within_a_request_counts_at_once(app: TrimmedFlask) -> None:
    """A letter in another language than the page around it."""
    with app.test_request_context("/", headers={"Accept-Language": "nl"}):
        before = render_template("page.html")
        with force_locale("en"):
            within = render_template("page.html")
        assert [before, within, render_template("page.html")] == [
            "Taal|Taal",
            "Language|Language",
            "Taal|Taal",
        ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stuur mij een e-mail", 'Stuur mij een <span class="whole">e-mail</span>'),
        ("E-mailadres <b>", '<span class="whole">E-mailadres</span> &lt;b&gt;'),
        ("Wachtwoord", "Wachtwoord"),
    ],
)
def test_short_word_with_a_hyphen_stays_on_one_line(text: str, expected: str) -> None:
    """The characters stay what they are; the text is escaped all the same."""
    assert whole_words(text) == expected


def test_english_has_one_spelling_of_e_mail() -> None:
    """As the Dutch texts have."""
    catalogue = (TRANSLATIONS_FOLDER / "en/LC_MESSAGES/messages.po").read_text(encoding="utf-8")
    sentences = re.sub(r"%\(\w+\)s|^msgid .*$", "", catalogue, flags=re.MULTILINE)
    assert "e-mail" in sentences
    assert re.findall(r"(?i)\bemails?\b.*", sentences) == []
