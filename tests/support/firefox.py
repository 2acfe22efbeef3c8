"""Debian's Firefox without a screen, driven over WebDriver BiDi: what a person does on a page."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.bidi import PATIENCE_SECONDS, Bidi, Refused, session_with

_LISTENING = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
# What the remote agent does not switch off by itself: calls home, and a language that is not Dutch.
_PREFERENCES = {
    "app.normandy.enabled": "false",
    "app.update.disabledForTesting": "true",
    "browser.region.network.url": '""',
    "browser.topsites.contile.enabled": "false",
    "captivedetect.canonicalURL": '""',
    "datareporting.policy.dataSubmissionEnabled": "false",
    "extensions.getAddons.cache.enabled": "false",
    "intl.accept_languages": '"nl-NL, nl"',
    "network.captive-portal-service.enabled": "false",
    "network.connectivity-service.enabled": "false",
    "network.proxy.type": "0",
    "services.settings.server": '"data:,#remote-settings-dummy/v1"',
    "toolkit.telemetry.server": '""',
}
_LOOK_AGAIN_SECONDS = 0.05
_ENTER = "\ue007"
_KINDS = {"link": "a[href]", "button": "button", "field": "input:not([type=hidden])"}


@dataclass
class Firefox:
    """One window. What a page does not show yet is waited for."""

    bidi: Bidi
    window: str

    @property
    def complaints(self) -> list[str]:
        """What scripts on the pages threw or wrote as an error."""
        logged = [one["params"] for one in self.bidi.events if one["method"] == "log.entryAdded"]
        return [str(entry["text"]) for entry in logged if entry["level"] == "error"]

    @property
    def url(self) -> str:
        """The address of the page."""
        return str(self._script("() => location.href"))

    @property
    def text(self) -> str:
        """The words on the page, once it is whole."""
        return str(self._script("() => document.readyState === 'complete' ? document.body.innerText : ''"))

    def open(self, url: str) -> None:
        """Go to an address, as if it were typed."""
        self.bidi.call("browsingContext.navigate", context=self.window, url=url, wait="complete")

    def expect_heading(self, words: str) -> None:
        """Wait for the page with this heading, and see that it fits the screen."""
        self.wait(lambda: words == self._script(_HEADING), f"no page has the heading {words!r}")
        wide, seen = (int(self._script(f"() => document.documentElement.{side}")) for side in _SIDES)
        assert wide <= seen, f"{words!r} is wider than the screen"

    def expect_text(self, words: str) -> None:
        """Wait until the page says this."""
        self.wait(lambda: words in self.text, f"no page says {words!r}")

    def press(self, kind: str, words: str) -> None:
        """Click on the `link` or `button` that shows these words."""
        self._click(self._found(_KINDS[kind], words))

    def fill(self, label: str, typed: str) -> None:
        """Click into the field with this label and type."""
        self._click(self._found(_KINDS["field"], label))
        self.type(typed)

    def choose(self, label: str) -> None:
        """Click on the round button with this label."""
        self._click(self._found(_KINDS["field"], label))

    def type(self, keys: str) -> None:
        """Press these keys one after the other, wherever the focus is."""
        actions = [{"type": way, "value": key} for key in keys for way in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.bidi.call("input.performActions", context=self.window, actions=[keyboard])

    def press_enter(self) -> None:
        """The key that sends a form."""
        self.type(_ENTER)

    def resize(self, width: int, height: int) -> None:
        """Another screen."""
        self.bidi.call(
            "browsingContext.setViewport", context=self.window, viewport={"width": width, "height": height}
        )

    def wait(self, seen: Callable[[], bool], otherwise: str) -> None:
        """Look until it is so; a page that goes away while it is looked at is looked at again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._sees(seen):
            assert time.monotonic() < deadline, f"{otherwise}; the last one was {self.url}:\n{self.text}"
            time.sleep(_LOOK_AGAIN_SECONDS)

    def _sees(self, seen: Callable[[], bool]) -> bool:
        try:
            return seen()
        except Refused:
            return False

    def _found(self, selector: str, words: str) -> dict[str, Any]:
        """The first element of that kind that a person sees with these words, on a page that is whole."""
        nodes: list[dict[str, Any]] = []

        def look() -> bool:
            locator = {"type": "css", "value": selector}
            told = self.bidi.call("browsingContext.locateNodes", context=self.window, locator=locator)
            nodes[:] = [
                node
                for node in told["nodes"]
                if words in str(self._script(_WORDS, {"sharedId": node["sharedId"]}))
            ]
            return bool(nodes) and self._script("() => document.readyState") == "complete"

        self.wait(look, f"there is no {selector} {words!r}")
        return nodes[0]

    def _click(self, node: dict[str, Any]) -> None:
        element = {"sharedId": node["sharedId"]}
        self._script("element => element.scrollIntoView({block: 'center', behavior: 'instant'})", element)
        move = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        mouse = {"type": "pointer", "id": "mouse", "actions": [move, *press]}
        self.bidi.call("input.performActions", context=self.window, actions=[mouse])

    def _script(self, function: str, *arguments: dict[str, Any]) -> Any:
        told = self.bidi.call(
            "script.callFunction",
            functionDeclaration=function,
            arguments=list(arguments),
            target={"context": self.window},
            awaitPromise=False,
        )
        if told["type"] != "success":
            raise Refused(str(told["exceptionDetails"]["text"]))
        return told["result"].get("value")


_HEADING = "() => document.readyState === 'complete' ? document.querySelector('h1')?.innerText.trim() : null"
_SIDES = ("scrollWidth", "clientWidth")
_WORDS = "seen => seen.getClientRects().length ? seen.labels?.[0]?.innerText || seen.innerText : ''"


@contextmanager
def running_firefox(folder: Path, size: tuple[int, int]) -> Iterator[Firefox]:
    """A browser with an empty profile, which ends with the block."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program is not None, "scripts/test-prerequisites installs Firefox"
    profile = folder / "profile"
    profile.mkdir()
    words = [f'user_pref("{name}", {value});\n' for name, value in _PREFERENCES.items()]
    (profile / "user.js").write_text("".join(words), encoding="utf-8")
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    said = folder / "said"
    with said.open("wb") as output:
        # It keeps files in its home, and refuses a home that belongs to somebody else.
        process = subprocess.Popen(
            command, stdout=output, stderr=output, env={**os.environ, "HOME": str(folder)}
        )
    try:
        with session_with(_address(said, process)) as bidi:
            yield _window(bidi, size)
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_SECONDS)
        finally:
            process.kill()


def _window(bidi: Bidi, size: tuple[int, int]) -> Firefox:
    (tree, *_) = bidi.call("browsingContext.getTree")["contexts"]
    bidi.call("session.subscribe", events=["log.entryAdded"])
    made = Firefox(bidi, str(tree["context"]))
    made.resize(*size)
    return made


def _address(said: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        told = said.read_text(encoding="utf-8", errors="replace")
        if found := _LISTENING.search(told):
            return found[1]
        assert process.poll() is None, f"Firefox ended:\n{told}"
        assert time.monotonic() < deadline, f"Firefox does not listen:\n{told}"
        time.sleep(_LOOK_AGAIN_SECONDS)
