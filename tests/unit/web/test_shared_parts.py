"""Parts that are rendered once: never one brand's, one language's or one visitor's for another."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
from flask import Flask, render_template, render_template_string
from flask_babel import force_locale

from broker.web.language import install_languages
from broker.web.shared_parts import install_shared_parts
from broker.web.trimmed_flask import TrimmedFlask
from scripts.gallery import make_app

PART = (
    "<p>{{ brand.name if brand else 'none' }} {{ _('Taal') }} {{ request.path if request }} {{ extra }}</p>"
)
PAGE = "{{ shared_part('part.html', brand, extra=extra) }}"


@pytest.fixture
def app(tmp_path: Path) -> TrimmedFlask:
    """An application with one part."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates/part.html").write_text(PART)
    made = TrimmedFlask("parts", root_path=str(tmp_path))
    install_languages(made)
    install_shared_parts(made)
    return made


def _page(app: Flask, path: str = "/", language: str = "nl", **context: object) -> str:
    with app.test_request_context(path), force_locale(language):
        return render_template_string(PAGE, **context)


def test_part_is_of_its_brand_language_and_facts(app: TrimmedFlask) -> None:
    """Each has a rendering of its own; twice, since the second one is kept."""
    one, two = SimpleNamespace(name="<One>"), SimpleNamespace(name="Two")
    for _ in range(2):
        assert "&lt;One&gt; Taal" in _page(app, brand=one, extra="a")
        assert "&lt;One&gt; Language" in _page(app, language="en", brand=one, extra="a")
        assert " b</p>" in _page(app, brand=one, extra="b")
        assert "none Taal" in _page(app, brand=None, extra="a")
        assert "none Taal" in _page(app, extra="a")
    assert "Two Taal" in _page(app, brand=two, extra="a")


def test_part_sees_nothing_of_the_request(app: TrimmedFlask) -> None:
    """What one visitor asked for can then never be shown to the next."""
    assert "/secret" not in _page(app, path="/secret", brand=None, extra="a")


def test_values_in_a_part_are_escaped_once(app: TrimmedFlask) -> None:
    """It stands in the page as it was rendered."""
    assert "&lt;i&gt;</p>" in _page(app, brand=None, extra="<i>")


def test_page_keeps_no_part_of_what_it_was_asked_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailed link is a secret, and what a stranger sends must not pile up; the switch repeats it still."""
    app = make_app()
    # Where nothing is served, the switch repeats nothing.
    app.add_url_rule("/", "page", lambda: "")
    shared = Mock(wraps=app.jinja_env.globals["shared_part"])
    monkeypatch.setitem(app.jinja_env.globals, "shared_part", shared)
    pages = []
    for address in ("/", "/?lang=en", "/?link=the-secret"):
        with app.test_request_context(address):
            pages.append(render_template("layout.html", brand=None))
    assert [page.count("site-header-inner") for page in pages] == [1, 1, 1]
    assert "?link=the-secret&amp;lang=en" in pages[-1]
    assert "the-secret" not in repr(shared.call_args_list)
    assert [call.args[0] for call in shared.call_args_list].count("parts/header.html") == 2
