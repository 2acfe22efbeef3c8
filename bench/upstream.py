"""Providers, as a browser passes them on its way back to the broker."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode, urlsplit

from bench.browsing import FORM, LoginFailed, expect
from bench.line import Answer, Line

_POSTED_FIELD = re.compile(r'name="(SAMLRequest|RelayState)" value="([^"]+)"')


class Upstream(Protocol):
    """A provider, as a browser passes it."""

    name: str

    def answer(self, gone: Answer, hostile: str | None) -> Answer:
        """What it says to the browser that the broker sent away with `gone`."""

    def close(self) -> None:
        """Hang up."""


class Digid:
    """Asked by Redirect."""

    name = "digid"

    def __init__(self, address: str) -> None:
        self._line = Line(address)

    def answer(self, gone: Answer, hostile: str | None) -> Answer:
        """Its answer; with a `hostile` message behind the artifact, where that is asked."""
        expect(gone, HTTPStatus.SEE_OTHER, "send upstream")
        away = urlsplit(gone.location)
        query = away.query + (f"&hostile={hostile}" if hostile else "")
        return self._line.ask("GET", f"{away.path}?{query}", {})

    def close(self) -> None:
        """Hang up."""
        self._line.close()


class Makelaar:
    """Asked by POST, with the form on our page."""

    name = "eherkenning"

    def __init__(self, address: str) -> None:
        self._address, self._line = address, Line(address)

    def answer(self, gone: Answer, _hostile: str | None) -> Answer:
        """Its answer."""
        expect(gone, HTTPStatus.OK, "send upstream")
        page = gone.body.decode()
        found = re.search(rf'action="{re.escape(self._address)}([^"]+)"', page)
        if found is None:
            raise LoginFailed("no form for the makelaar")
        fields = {name: unescape(value) for name, value in _POSTED_FIELD.findall(page)}
        return self._line.ask("POST", found[1], FORM, urlencode(fields))

    def close(self) -> None:
        """Hang up."""
        self._line.close()
