"""A person at a real browser, who notices what the browser complains of and what does not fit the screen."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.support.running_demo import Demo
from tests.support.system import digid_of, someone

PORTAL = "http://127.0.0.1:8401"
MOST_TABS = 40
PATIENCE_MS = 20_000
SIZES = {"phone": (390, 844), "desk": (1280, 850)}
CHROMIUM = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


@dataclass
class Visitor:
    """A person with a browser of their own; everything that the browser complains of is kept."""

    context: BrowserContext
    name: str
    complaints: list[str] = field(default_factory=list)
    shots: int = 0

    def __post_init__(self) -> None:
        self.context.on("console", self._hear)
        self.context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self.page: Page = self.context.new_page()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def look(self, what: str) -> None:
        """Judge the page as it stands, and keep a picture of it when somebody wants pictures."""
        # A page that has only just been asked for has no document yet.
        self.page.wait_for_load_state()
        self.shots += 1
        if folder := os.environ.get("SCREENSHOTS"):
            file = Path(folder) / f"{self.name}-{self.shots:02d}-{what}.png"
            self.page.screenshot(path=file, full_page=True)
        wide, seen = self.page.locator("html").evaluate("page => [page.scrollWidth, page.clientWidth]")
        assert wide <= seen, f"{what} is wider than the screen"

    def go_to_choice(self) -> None:
        """From the portal's first page to our choice of ways."""
        self.page.goto(PORTAL)
        self.look("portal")
        self.page.get_by_role("navigation").get_by_role("link", name="Mijn CZ").click()
        self.look("before-login")
        self.page.get_by_role("link", name="Nu inloggen").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Inloggen bij Mijn CZ")
        self.look("choice")

    def log_in_by_sms(self, demo: Demo, person: str) -> None:
        """At DigiD: user name, password, the code from the phone."""
        means = digid_of(person)
        self.page.get_by_role("link", name="Met controle via SMS").click()
        self.look("digid-password")
        self.page.get_by_label("DigiD gebruikersnaam").fill(means.username)
        self.page.get_by_label("Wachtwoord").fill(means.password)
        self.page.get_by_role("button", name="Inloggen").click()
        self.page.wait_for_url(re.compile("/code$"))
        self.look("digid-code")
        self.page.get_by_label(re.compile("code", re.IGNORECASE)).first.fill(demo.last_sms_code())
        self.page.get_by_role("button", name="Inloggen").click()

    def expect_file_of(self, person: str) -> None:
        """The person's own file, with the header of J27."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Mijn dossier")
        expect(self.page.get_by_label("Uw sessie", exact=True)).to_contain_text(
            f"U bent ingelogd als {someone(person).name}"
        )
        self.look("file")

    def claims(self) -> dict[str, object]:
        """What the portal received."""
        return dict(self.context.request.get(f"{PORTAL}/claims").json()["id_token"])

    def forgive(self, status: int) -> None:
        """A page that answers with an error status is itself a line on the console; any other line stays."""
        self.complaints = [line for line in self.complaints if f"status of {status} " not in line]


def new_visitor(browser: Browser, name: str, size: str, *, scripts: bool = True) -> Visitor:
    """A Dutch person with an empty browser; `size` is one of `SIZES`, `name` goes into file names."""
    width, height = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, locale="nl-NL", java_script_enabled=scripts
    )
    context.set_default_timeout(PATIENCE_MS)
    return Visitor(context, name)


def tab_to(page: Page, label: str) -> None:
    """Press Tab until the element that shows `label` has the focus, and see that a person can see it."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(
            """() => {
                const found = document.activeElement, style = getComputedStyle(found);
                const own = found === document.body ? "" : found.innerText;
                const words = found.labels?.[0]?.innerText || own || "";
                return [words.trim(), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0
                        || style.boxShadow !== "none"];
            }"""
        )
        if label.lower() in name.lower():
            assert outlined, f"nobody sees that {name!r} has the focus on {page.url}"
            return
    raise AssertionError(f"{label} cannot be reached with the keyboard")
