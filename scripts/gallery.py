"""Every page of the broker in every state, as static files to look at and as screenshots.

    python scripts/gallery.py var/gallery                     # HTML and an index.html
    python scripts/gallery.py var/gallery --screenshots       # also PNG at 390 and 1280 pixels wide
    python scripts/gallery.py var/gallery --axe axe.min.js    # also what axe-core finds wrong
    python scripts/gallery.py var/gallery --only error        # only states whose name holds "error"

The states stand in `gallery_states.py`, what the browser does in `gallery_browser.py`.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from flask import Flask, render_template
from jinja2 import StrictUndefined

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from broker.web.error_texts import explain
from broker.web.language import Language
from broker.web.look import TEMPLATES_FOLDER, install_look
from broker.web.theme import STATIC_FOLDER
from scripts.gallery_browser import look_at_pages
from scripts.gallery_states import Portal, State, all_states


def make_app() -> Flask:
    """A Flask application with the looks of the broker and nothing else; a forgotten value is an error."""
    app = Flask("gallery", template_folder=str(TEMPLATES_FOLDER), static_folder=str(STATIC_FOLDER))
    app.jinja_env.undefined = StrictUndefined
    install_look(app)
    return app


def render(app: Flask, state: State, language: Language) -> str:
    """The HTML of a state in a language, as the broker would send it."""
    with app.test_request_context(f"/?lang={language.value}"):
        context = {"brand": state.brand, **state.context}
        if state.error_code is not None:
            portal = state.context["portal"]
            text = explain(state.error_code, portal=portal.name if isinstance(portal, Portal) else None)
            context |= {"title": text.title, "explanation": text.explanation, "next_step": text.next_step}
        return render_template(state.template, **context)


def write_gallery(folder: Path, only: str) -> list[Path]:
    """Write the pages whose name holds `only`, their static files and an index; returns the pages."""
    app = make_app()
    shutil.copytree(STATIC_FOLDER, folder / "static", dirs_exist_ok=True)
    pages: list[Path] = []
    for state in all_states():
        for language in Language:
            if only in state.name:
                page = folder / f"{state.name}.{language.value}.html"
                page.write_text(_as_file(render(app, state, language), state.name), encoding="utf-8")
                pages.append(page)
    _write_index(folder, pages)
    return pages


def _as_file(html: str, name: str) -> str:
    """The page with addresses that work without a server: static files, and the other language."""
    html = html.replace('"/static/', '"static/')
    for language in Language:
        html = html.replace(f'"?lang={language.value}"', f'"{name}.{language.value}.html"')
    return html


def _write_index(folder: Path, pages: list[Path]) -> None:
    items = "\n".join(f'<li><a href="{page.name}">{page.stem}</a></li>' for page in pages)
    head = '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gallery</title>'
    html = f"{head}\n<ul>\n{items}\n</ul>\n</html>\n"
    (folder / "index.html").write_text(html, encoding="utf-8")


def main() -> int:
    """Write the gallery as the command line asks; exit code 1 when axe-core found a fault."""
    parser = argparse.ArgumentParser(description="Write every page in every state.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="only states whose name holds this")
    parser.add_argument("--screenshots", action="store_true")
    parser.add_argument("--axe", type=Path, help="axe.min.js of the npm package axe-core")
    parser.add_argument("--chromium", default="/usr/bin/chromium")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    pages = write_gallery(asked.folder, asked.only)
    print(f"{len(pages)} pages in {asked.folder}")
    if not (asked.screenshots or asked.axe):
        return 0
    faults = look_at_pages(pages, asked.chromium, screenshots=asked.screenshots, axe=asked.axe)
    for fault in faults:
        print(fault)
    if asked.axe:
        print(f"{len(faults)} accessibility faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
