"""Providers, as a browser passes them on its way back to the broker."""

from __future__ import annotations

import re
from html import unescape
from http import HTTPStatus
from typing import Protocol
from urllib.parse import urlencode

from bench.browsing import FORM, LoginFailed, expect
from bench.http_bytes import Answer
from bench.steps import Request, Site

_POSTED_FIELD = re.compile(r'name="(SAMLRequest|RelayState)" value="([^"]+)"')


class Upstream(Protocol):
    """A provider, as a browser passes it."""

    name: str
    address: str

    def asked(self, gone: Answer, hostile: str | None) -> Request:
        """What a browser asks it that the broker sent away with `gone`."""


class Digid:
    """Asked by Redirect."""

    name = "digid"

    def __init__(self, address: str) -> None:
        self.address = address

    def asked(self, gone: Answer, hostile: str | None) -> Request:
        """With a `hostile` message behind the artifact, where that is wanted."""
        expect(gone, HTTPStatus.SEE_OTHER, "send upstream")
        if not gone.location.startswith(f"{self.address}/"):
            raise LoginFailed(f"sent elsewhere than to {self.name}")
        target = gone.location[len(self.address) :]
        return Request(Site.UPSTREAM, "GET", f"{target}&hostile={hostile}" if hostile else target, {})


class Makelaar:
    """Asked by POST, with the form on our page."""

    name = "eherkenning"

    def __init__(self, address: str) -> None:
        self.address = address

    def asked(self, gone: Answer, _hostile: str | None) -> Request:
        """What the form says."""
        expect(gone, HTTPStatus.OK, "send upstream")
        page = gone.body.decode()
        found = re.search(rf'action="{re.escape(self.address)}([^"]+)"', page)
        if found is None:
            raise LoginFailed("no form for the makelaar")
        fields = {name: unescape(value) for name, value in _POSTED_FIELD.findall(page)}
        return Request(Site.UPSTREAM, "POST", found[1], FORM, urlencode(fields))
