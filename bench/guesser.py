"""Somebody who tries passwords at Mijn IZA, and the people whose addresses exist there."""

from __future__ import annotations

import json
import re
import secrets
import time
from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from bench.browsing import FORM, FORM_FIELD, browser_headers, cookie_header, expect
from bench.http_bytes import Answer
from bench.line import Line
from bench.portal import authorization
from bench.stage import Stage, run_broker

BRAND, CLIENT_ID, CALLBACK = "iza", "mijn-iza", "http://127.0.0.1:8403/callback"
PASSWORD = "paars kleedje fietst zonnig"  # noqa: S105 - of people who do not exist
WRONG = "paars kleedje fietst zonnih"
_ACTION = re.compile(r'action="([^"]+/password)"')


class Guesser:
    """One browser with one open login page, which serves for any number of tries."""

    def __init__(self, broker: str, *, details: str | None = None) -> None:
        """`details`: what to ask by `authorization_details`."""
        self._line = Line(broker)
        self.verifier = secrets.token_urlsafe(32)
        query = authorization(self.verifier, CLIENT_ID, CALLBACK)
        if details is not None:
            query += "&" + urlencode({"authorization_details": details})
        begun = self._line.ask("GET", f"/oauth2/authorize?{query}", browser_headers("", "cross-site"))
        expect(begun, HTTPStatus.SEE_OTHER, "authorize")
        cookie = cookie_header(begun)
        page = self._line.ask("GET", urlsplit(begun.location).path, browser_headers(cookie))
        text = page.body.decode()
        action = _ACTION.search(text)
        if action is None:
            raise RuntimeError("no form for a password")
        self._target = action[1]
        self._headers = {**browser_headers(cookie), **FORM, "Origin": broker}
        self._fields = dict(FORM_FIELD.findall(text))

    def guess(self, email: str, password: str = WRONG) -> tuple[int, float]:
        """One try: the status of its answer (503 when there is no room to hash), and the seconds it took."""
        began = time.perf_counter()
        answer = self.answer(email, password)
        return answer.status, time.perf_counter() - began

    def answer(self, email: str, password: str) -> Answer:
        """The whole answer to one try."""
        body = urlencode({**self._fields, "email": email, "password": password})
        return self._line.ask("POST", self._target, self._headers, body)

    def close(self) -> None:
        """Hang up."""
        self._line.close()


def known(number: int) -> str:
    """An address that has an account."""
    return f"bekend{number:05}@bedrijf.example"


def unknown(number: int) -> str:
    """An address of the same length that has none."""
    return f"vreemd{number:05}@bedrijf.example"


def invited(number: int) -> str:
    """An address of the same length that belongs to somebody who was invited and has not come yet."""
    return f"nodigt{number:05}@bedrijf.example"


def _work(emails: list[str]) -> list[dict[str, str]]:
    """What lets these people in: a role each, all at one collectivity."""
    organisation = {"kvk": "90009999", "name": "Gemeente Meetdorp"}
    place = {"email": "", "collectivity": "9999"}
    rows: list[dict[str, str]] = [
        {"kind": "organisation", **organisation},
        {"kind": "collectivity", "number": "9999", "customer_number": "9999", **organisation},
    ]
    for email in emails:
        rows.append({"kind": "membership", **place, "email": email})
        rows.append({"kind": "role_grant", **place, "email": email, "role": "hoofdgebruiker"})
    return [{**row, "brand": BRAND} for row in rows]


def add_people(stage: Stage, count: int, *, of_each: bool = False) -> None:
    """Give so many people an account with a password; `of_each`: and as many are invited."""
    file = stage.state / "business.jsonl"
    person = {"kind": "business_account", "brand": BRAND, "name": "Bekende Bezoeker"}
    lines = [{**person, "email": known(number), "password": PASSWORD} for number in range(count)]
    if of_each:
        lines += [{**person, "email": invited(number)} for number in range(count)]
    lines += _work([known(number) for number in range(count)])
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    run_broker(stage, "import", str(file))
