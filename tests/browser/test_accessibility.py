"""Every page in every state, in both languages, in a real browser: axe-core finds nothing, all of it fits.

The pages are the gallery's, sent with the broker's own headers, so the security policy is the real one.
axe-core 4.14.1 stands beside this file under its own licence (vendor/LICENSE-axe-core.txt).
"""

from __future__ import annotations

import hashlib
import mimetypes
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import abort
from playwright.sync_api import BrowserContext, Page, Playwright
from werkzeug.serving import make_server

from broker.web.headers import install_headers
from broker.web.language import Language
from broker.web.theme import STATIC_FOLDER
from broker.web.trimmed_flask import TrimmedFlask
from scripts.gallery import make_app, render
from scripts.gallery_browser import ARGUMENTS, HEIGHT, TAGS
from scripts.gallery_states import State, all_states

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = Path(__file__).parent / "vendor/axe.min.js"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
NARROWEST, PHONE, DESK = 320, 390, 1280
# What is right is thousands of lines for each page, which need not travel.
_FINDINGS = """async tags => {
  const { violations } = await axe.run({ runOnly: tags, resultTypes: ["violations"] });
  return violations.map(({ id, nodes }) => `${id}: ${JSON.stringify(nodes.map(node => node.target))}`);
}"""
STATES = {state.name: state for state in all_states()}


@dataclass
class Viewer:
    """A browser before the gallery; `complaints` is what it said on its console since it was last asked."""

    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    def look_at(self, state: State, language: Language) -> None:
        """Open a state."""
        self.complaints.clear()
        answer = self.page.goto(f"{self.address}/{state.name}/{language.value}")
        assert answer is not None
        assert answer.status == 200
        assert "script-src 'self'" in answer.headers["content-security-policy"]

    def be_wide(self, width: int) -> None:
        """Take another screen."""
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def scrolls_sideways(self) -> bool:
        """Whether one has to move sideways to read."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def findings(self) -> list[str]:
        """What axe-core finds."""
        found: list[str] = self.page.evaluate(_FINDINGS, list(TAGS))
        return found


def served_gallery() -> TrimmedFlask:
    """The gallery behind the broker's headers; pages that send themselves on stay."""
    inner, app = make_app(), TrimmedFlask("served", static_folder=None)
    install_headers(app, secure=False)

    @app.get("/<name>/<language>")
    def page(name: str, language: str) -> str:
        if name not in STATES or language not in set(Language):
            abort(404)
        return render(inner, STATES[name], Language(language))

    @app.get("/static/<path:file>")
    def static(file: str) -> tuple[bytes, int, dict[str, str]]:
        path = (STATIC_FOLDER / file).resolve()
        if not path.is_relative_to(STATIC_FOLDER) or not path.is_file():
            abort(404)
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        content = b"" if file == "submit.js" else path.read_bytes()
        return content, 200, {"Content-Type": kind}

    return app


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the gallery is."""
    server = make_server("127.0.0.1", 0, served_gallery(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def context(playwright: Playwright) -> Iterator[BrowserContext]:
    """Chromium with axe-core in every page, put there past the policy, which a page itself cannot do."""
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=list(ARGUMENTS))
    context = browser.new_context()
    context.add_init_script(path=AXE)
    yield context
    browser.close()


@pytest.fixture(scope="module")
def viewer(context: BrowserContext, address: str) -> Viewer:
    """One page for all states: opening is cheaper than starting."""
    viewer = Viewer(context.new_page(), address)
    viewer.page.on("console", lambda message: viewer.complaints.append(message.text))
    viewer.page.on("pageerror", lambda error: viewer.complaints.append(str(error)))
    return viewer


def test_axe_is_the_one_that_was_reviewed() -> None:
    """A file of somebody else's stays what it was."""
    assert hashlib.sha256(AXE.read_bytes()).hexdigest() == AXE_SHA256


def test_axe_finds_what_is_wrong(viewer: Viewer) -> None:
    """The tool itself: a picture without words and a grey on grey are found."""
    viewer.look_at(STATES["home"], Language.DUTCH)
    # A picture that is there: the complaint about a missing one may arrive while the next page is looked at.
    viewer.page.evaluate(
        "document.querySelector('main').innerHTML ="
        " '<img src=/static/themes/cz.svg><p id=grey>Te licht</p>';"
        "document.getElementById('grey').style.color = '#ccc'"
    )
    found = " ".join(viewer.findings())
    assert "image-alt" in found
    assert "color-contrast" in found


def views() -> Iterator[tuple[str, Language, tuple[int, ...]]]:
    """One brand in full; of the others, which differ in colours and corners alone, one view of each state."""
    for name, state in STATES.items():
        # Without a brand an error page is the same page in neutral colours.
        whole = state.brand.id == "cz" if state.brand else state.error_code is None
        for language in Language if whole else (Language.DUTCH,):
            yield name, language, (NARROWEST, PHONE, DESK) if whole else (DESK,)


@pytest.mark.parametrize(
    ("name", "language", "widths"),
    [pytest.param(*view, id=f"{view[0]}-{view[1]}") for view in views()],
)
def test_page_is_for_everyone(viewer: Viewer, name: str, language: Language, widths: tuple[int, ...]) -> None:
    """At every width: no findings, nothing sideways, a silent console; and so with twice the text."""
    viewer.look_at(STATES[name], language)
    for width in widths:
        viewer.be_wide(width)
        assert not viewer.scrolls_sideways(), f"sideways at {width}"
        assert viewer.findings() == [], f"at {width}"
    viewer.page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert not viewer.scrolls_sideways(), "sideways with text at 200 %"
    clipped = viewer.page.evaluate(
        "[...document.querySelectorAll('main *')].filter(element => {"
        " const style = getComputedStyle(element);"
        " return style.overflowX === 'hidden' && element.scrollWidth > element.clientWidth + 1 &&"
        " style.position !== 'absolute'; }).map(element => element.className)"
    )
    assert clipped == [], "clipped with text at 200 %"
    assert viewer.complaints == []
