"""Somebody who asks Mijn IZA for links to choose a password, each few times from another neighbourhood."""

from __future__ import annotations

import re
import time
from http import HTTPStatus
from itertools import count
from urllib.parse import urlencode

from bench.browsing import FORM, browser_headers, expect
from bench.guesser import BRAND
from bench.line import Line

ASKED_FROM_A_BLOCK = 25
"""Fewer than a block of addresses may ask in an hour (`broker/abuse/reset_limits.py`)."""

_PATH = f"/{BRAND}/reset"
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Asker:
    """Asks by the form, as a browser does; the page that follows is read as well."""

    def __init__(self, broker: str) -> None:
        self._broker = broker
        self._asked = count()
        self._line = self._elsewhere(0)

    def ask(self, email: str) -> float:
        """The seconds from pressing the button until the next page is there."""
        asked = next(self._asked)
        if asked and asked % ASKED_FROM_A_BLOCK == 0:
            self._line.close()
            self._line = self._elsewhere(asked // ASKED_FROM_A_BLOCK)
        body = urlencode({"csrf_token": self._token, "email": email})
        headers = {**browser_headers(""), **FORM, "Origin": self._broker}
        began = time.perf_counter()
        answer = self._line.ask("POST", _PATH, headers, body)
        page = self._line.ask("GET", answer.location, browser_headers(""))
        seconds = time.perf_counter() - began
        expect(answer, HTTPStatus.SEE_OTHER, "asking for a link")
        expect(page, HTTPStatus.OK, "the page after it")
        return seconds

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _elsewhere(self, block: int) -> Line:
        """A new connection from an address of another block; all of 127.0.0.0/8 is this machine."""
        line = Line(self._broker, f"127.{1 + block // 250}.{1 + block % 250}.1")
        page = line.ask("GET", _PATH, browser_headers(""))
        token = _TOKEN.search(page.body.decode())
        if token is None:
            raise RuntimeError("no form to ask for a link")
        self._token = token[1]
        return line
