"""The trimmed Flask: what leaves is what Flask would have sent, and nothing of ours can be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, Response, redirect, render_template, request, url_for
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from broker.web.headers import allow_form_to, install_headers
from broker.web.trimmed_flask import TrimmedFlask, kept_at_hand, request_at_hand

FIXED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def _page() -> str:
    return "<p>één</p>"


def _streamed() -> Response:
    def pieces() -> Iterator[str]:
        yield from ("a", "b")

    return Response(pieces())


def _with_cookies() -> Response:
    answer = Response("x", headers=[("X-Own", "1"), ("X-Own", "2")])
    answer.set_cookie("a", "1", path="/", secure=True, httponly=True, samesite="Lax")
    answer.delete_cookie("b", path="/")
    return answer


ANSWERS: dict[str, Callable[[], object]] = {
    "page": _page,
    "redirect": lambda: redirect("https://elsewhere.example/a/b?c=d&e=%2F", 303),
    "redirect-iri": lambda: redirect("https://elsewhere.example/één pad?x=[1]#y", 303),
    "redirect-path": lambda: redirect("/cz/login/abc", 303),
    "no-content": lambda: ("", 204),
    "not-modified": lambda: ("", 304, {"ETag": '"1"', "Content-Language": "nl"}),
    "json": lambda: {"a": 1},
    "content-location": lambda: ("x", 200, {"Content-Location": "/één"}),
    "streamed": _streamed,
    "cookies": _with_cookies,
    "cookies-read": lambda: "|".join(f"{name}={value}" for name, value in request.cookies.items(multi=True)),
    "path": lambda: f"{request.path} {url_for('page')}",
}


def _app(kind: type[Flask], folder: Path | None = None) -> Flask:
    app = kind("trimmed", root_path=str(folder or Path(__file__).parent))
    for name, view in ANSWERS.items():
        app.add_url_rule(f"/{name}", name, view, methods=["GET", "POST"])  # type: ignore[arg-type]  # each gives what Flask takes
    app.add_url_rule("/folder/", "folder", _page)
    return app


def _sent(answer: TestResponse) -> tuple[str, list[tuple[str, str]], bytes]:
    return answer.status, sorted(answer.headers), answer.get_data()


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", [*ANSWERS, "folder?a=%C3%A9", "missing", "pa%74h", "%ff"])
def test_answer_is_the_one_of_flask(path: str, method: str) -> None:
    """Status, headers and body, for every kind of answer and for what no view answers."""
    cookies = {"Cookie": 'a=1; b="two"; a=3; __Host-x=y'}
    plain, trimmed = (
        app.test_client(use_cookies=False).open(f"/{path}", method=method, headers=cookies)
        for app in (_app(Flask), _app(TrimmedFlask))
    )
    assert _sent(trimmed) == _sent(plain)


def _guarded(answer: Callable[[], object]) -> Headers:
    app = TrimmedFlask("trimmed")
    install_headers(app, secure=True)
    app.add_url_rule("/", "view", answer)  # type: ignore[arg-type]  # each gives what Flask takes
    return app.test_client().get("/").headers


@pytest.mark.parametrize("name", [name for name in ANSWERS if name != "path"])
def test_every_kind_of_answer_carries_each_header_once(name: str) -> None:
    """The long way and the short one alike, and no-store where the answer says nothing of it."""
    headers = _guarded(ANSWERS[name])
    expected = {**FIXED, "Cache-Control": "no-store"}
    assert {field: headers.getlist(field) for field in expected} == {
        field: [value] for field, value in expected.items()
    }
    assert len(headers.getlist("Content-Security-Policy")) == 1


def test_view_cannot_weaken_a_fixed_header() -> None:
    """Ours replaces it however it is spelled; what is only the default gives way."""
    headers = _guarded(
        lambda: (
            "x",
            {"x-frame-options": "ALLOWALL", "content-security-policy": "", "cache-control": "max-age=1"},
        )
    )
    assert headers.getlist("X-Frame-Options") == ["DENY"]
    assert headers.getlist("Cache-Control") == ["max-age=1"]
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_policy_names_the_sites_of_this_page_only() -> None:
    """The lines are kept by their sites: a page that allows more leaves nothing behind for the next."""

    def page() -> str:
        if request.args:
            allow_form_to("https://portal.example/cb?x=1", "https://portal.example/other")
        return "x"

    app = TrimmedFlask("trimmed")
    install_headers(app, secure=False)
    app.add_url_rule("/", "view", page)
    client = app.test_client()
    asked = [client.get(f"/{query}").headers["Content-Security-Policy"] for query in ("", "?a=1", "", "?a=1")]
    forms = [policy.partition("form-action ")[2].partition(";")[0] for policy in asked]
    assert forms == ["'self'", "'self' https://portal.example"] * 2


def test_whoever_waits_for_the_end_of_an_answer_is_told_once() -> None:
    """`call_on_close` works as it does in Flask."""
    told = list[int]()

    def view() -> Response:
        answer = Response("x")
        answer.call_on_close(lambda: told.append(1))
        return answer

    app = TrimmedFlask("trimmed")
    app.add_url_rule("/", "view", view)
    app.test_client().get("/").close()
    assert told == [1]


def test_macros_and_globals_reach_a_template(tmp_path: Path) -> None:
    """A macro that is imported knows the globals, and not what its page was given."""
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "part.html").write_text(
        "{% macro m(x) %}{{ x }}{{ own() }}{{ given | default('-') }}{% endmacro %}"
    )
    (templates / "page.html").write_text('{% from "part.html" import m %}{{ m(1) }}{{ given }}')
    app = _app(TrimmedFlask, tmp_path)
    app.jinja_env.globals["own"] = lambda: "o"
    with app.test_request_context("/"):
        assert [render_template("page.html", given=given) for given in "ab"] == ["1o-a", "1o-b"]


def test_objects_at_hand_are_those_of_this_request() -> None:
    """They are looked up anew for each request."""
    app = _app(TrimmedFlask)
    for path in ("/one", "/two"):
        with app.test_request_context(path):
            assert request_at_hand().path == path
            assert "mark" not in kept_at_hand()
            kept_at_hand()["mark"] = path
