"""Looks at the pages of the gallery with a real browser: screenshots, sideways scrolling, axe-core."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

WIDTHS = (390, 1280)
HEIGHT = 844
# The narrowest screen of WCAG 2.2, 1.4.10; nothing may need sideways scrolling there.
NARROWEST = 320
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def look_at_pages(pages: list[Path], chromium: str, *, screenshots: bool, axe: Path | None) -> list[str]:
    """Take the pictures (PNG beside each page) and return the faults, one sentence each."""
    faults: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
        for path in pages:
            if screenshots:
                _photograph(browser, path)
            if axe is not None:
                faults += _examine(browser, path, axe)
        browser.close()
    return faults


def _open(browser: Browser, path: Path, width: int) -> Page:
    page = browser.new_page(viewport={"width": width, "height": HEIGHT})
    # A page that sends itself on would be gone before it is seen.
    page.route("**/submit.js*", lambda route: route.abort())
    page.goto(path.resolve().as_uri())
    return page


def _photograph(browser: Browser, path: Path) -> None:
    for width in WIDTHS:
        page = _open(browser, path, width)
        page.screenshot(path=path.with_suffix(f".{width}.png"), full_page=True)
        page.close()


def _examine(browser: Browser, path: Path, axe: Path) -> list[str]:
    """What axe-core finds at both widths, and whether the page fits the narrowest screen."""
    faults: list[str] = []
    for width in (NARROWEST, *WIDTHS):
        page = _open(browser, path, width)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{path.name} at {width}: needs sideways scrolling")
        page.add_script_tag(path=axe)
        result = page.evaluate("tags => axe.run({runOnly: tags})", list(TAGS))
        for violation in result["violations"]:
            places = ", ".join(str(node["target"]) for node in violation["nodes"])
            faults.append(f"{path.name} at {width}: {violation['id']} ({violation['impact']}): {places}")
        page.close()
    return faults
